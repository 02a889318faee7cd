import { createHash, createHmac, createSecretKey } from "node:crypto";
import { KEY_BYTES, seal, someRandomBytes, unseal } from "../../core/sealing.ts";

/** What keys of people are made with. It lives in a file, never in the database. */
export interface KeyMaker {
  /** A new key, and the stored part that is needed to derive it again. */
  fresh(subject: string): { readonly key: Buffer; readonly kept: Buffer };
  /** The key that belongs to what was kept. Throws where that was made with another one, or for another subject. */
  keyOf(subject: string, kept: Buffer): Buffer;
}

export interface KeyEncryptionKey extends KeyMaker {
  /** Identifies the key without revealing it. */
  readonly id: string;
  /** The beginning of what is kept under it. */
  readonly tag: Buffer;
  /** What has to be kept of a key that was made with another one. */
  wrap(subject: string, key: Buffer): Buffer;
}

/*
 * A key is the HMAC-SHA-256 (as in NIST SP 800-108) of its subject and of random bytes, which are kept: a third of the cost of a random key that is wrapped, which is
 * most of what a new person costs more. With the random bytes the key is gone, whoever has the file. A key that was made with an earlier key-encryption key is
 * wrapped (AES-256-GCM). Before each stands which one it is under. Wrapped keys of an earlier version have no such sign, and are told by their length.
 */
const TAG_BYTES = 4;
const RANDOM_BYTES = 32;
const WRAPPED_BYTES = 60;
const LABEL = "dingtalk-scim key of a subject\0";

export function createKeyEncryptionKey(secret: Buffer): KeyEncryptionKey {
  if (secret.length !== KEY_BYTES) throw new Error(`a key-encryption key has ${KEY_BYTES} bytes, not ${secret.length}`);
  const id = createHash("sha256").update("dingtalk-scim key-encryption key\0").update(secret).digest("hex").slice(0, 16);
  const tag = Buffer.from(id, "hex").subarray(0, TAG_BYTES);
  const key = createSecretKey(secret);
  const derived = (subject: string, random: Buffer): Buffer =>
    // As a text of bytes first: keys are remembered by the ten thousand, and a buffer of node:crypto has memory of its own.
    Buffer.from(createHmac("sha256", key).update(`${LABEL}${subject}\0`).update(random).digest("binary"), "binary");
  return {
    id,
    tag,
    fresh(subject) {
      const random = someRandomBytes(RANDOM_BYTES);
      return { key: derived(subject, random), kept: Buffer.concat([tag, random]) };
    },
    keyOf(subject, kept) {
      if (kept.length === WRAPPED_BYTES) return unseal(secret, subject, kept);
      if (!tagOf(kept)?.equals(tag)) throw new Error("a key of a subject was made with another key-encryption key");
      const rest = kept.subarray(TAG_BYTES);
      return rest.length === RANDOM_BYTES ? derived(subject, rest) : unseal(secret, subject, rest);
    },
    wrap: (subject, plain) => Buffer.concat([tag, seal(secret, subject, plain)]),
  };
}

/** Undefined: of an earlier version. */
const tagOf = (kept: Buffer): Buffer | undefined => (kept.length === WRAPPED_BYTES ? undefined : kept.subarray(0, TAG_BYTES));

/** At most so often is looked for a key that came later: whoever puts another one in force gives it to every process first. */
const RELOAD_MS = 1_000;

/** Makes keys with the one in force, and reads those of every one in the file. `load`: what the file holds now. */
export function createKeyRing(
  inForce: string,
  { load, nowMs }: { load(): readonly KeyEncryptionKey[]; nowMs(): number },
): KeyMaker & { readonly current: KeyEncryptionKey } {
  let keys = load();
  let loadedMs = Number.NEGATIVE_INFINITY;
  const current = keys.find(({ id }) => id === inForce);
  if (!current) throw new Error(`the key ${inForce} is not among those that were given`);
  const reload = (): void => {
    if (nowMs() - loadedMs < RELOAD_MS) return;
    loadedMs = nowMs();
    try {
      keys = load();
    } catch {
      // The keys read before stay valid; a caller that needs a missing key reports it.
    }
  };
  const under = (kept: Buffer): readonly KeyEncryptionKey[] => {
    const tag = tagOf(kept);
    return tag ? keys.filter((key) => key.tag.equals(tag)) : keys;
  };
  return {
    current,
    fresh: current.fresh,
    keyOf(subject, kept) {
      if (under(kept).length === 0) reload();
      let failure: unknown = new Error("a key of a subject was made with a key-encryption key that is not in the file");
      for (const key of under(kept)) {
        try {
          return key.keyOf(subject, kept);
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    },
  };
}
