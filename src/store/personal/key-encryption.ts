import { createHash, createHmac, createSecretKey } from "node:crypto";
import { KEY_BYTES, seal, someRandomBytes, unseal } from "../../core/secrets/sealing.ts";

/** Makes the keys of people. Its secret is in a file and never in the database. */
export interface KeyMaker {
  /** A new key, and the stored part (`kept`) from which `keyOf` gets the key again. */
  fresh(subject: string): { readonly key: Buffer; readonly kept: Buffer };
  /**
   * The key that belongs to a stored part. Throws if the part was made with another key-encryption key or for
   * another subject.
   */
  keyOf(subject: string, kept: Buffer): Buffer;
}

export interface KeyEncryptionKey extends KeyMaker {
  /** Identifies the key without revealing it. */
  readonly id: string;
  /** The first bytes of every stored part that was made with this key. */
  readonly tag: Buffer;
  /** The stored part for a key that was made with another key-encryption key. */
  wrap(subject: string, key: Buffer): Buffer;
}

/*
 * A key is the HMAC-SHA-256 (as in NIST SP 800-108) of its subject and of random bytes, which are stored.
 * This costs a third of wrapping a random key, and the key is most of the extra cost of a new person. After
 * the random bytes are deleted, nobody can derive the key, not even with the file. When the key-encryption
 * key is replaced, existing keys are wrapped with the new one (AES-256-GCM). Each stored part begins with the
 * tag of its key-encryption key. Wrapped keys of an earlier version have no tag; they are recognised by their
 * length.
 */
const TAG_BYTES = 4;
const RANDOM_BYTES = 32;
const WRAPPED_BYTES = 60;
const LABEL = "dingtalk-scim key of a subject\0";

export function createKeyEncryptionKey(secret: Buffer): KeyEncryptionKey {
  if (secret.length !== KEY_BYTES)
    throw new Error(`a key-encryption key must have ${KEY_BYTES} bytes, but this one has ${secret.length}`);
  const id = createHash("sha256")
    .update("dingtalk-scim key-encryption key\0")
    .update(secret)
    .digest("hex")
    .slice(0, 16);
  const tag = Buffer.from(id, "hex").subarray(0, TAG_BYTES);
  const key = createSecretKey(secret);
  const derived = (subject: string, random: Buffer): Buffer =>
    // Through a binary string, because a buffer of node:crypto has its own memory and ten thousands of keys
    // are cached.
    Buffer.from(
      createHmac("sha256", key).update(`${LABEL}${subject}\0`).update(random).digest("binary"),
      "binary",
    );
  return {
    id,
    tag,
    fresh(subject) {
      const random = someRandomBytes(RANDOM_BYTES);
      return { key: derived(subject, random), kept: Buffer.concat([tag, random]) };
    },
    keyOf(subject, kept) {
      if (kept.length === WRAPPED_BYTES) return unseal(secret, subject, kept);
      if (!tagOf(kept)?.equals(tag))
        throw new Error("the key of a person, group or department was made with another key-encryption key");
      const rest = kept.subarray(TAG_BYTES);
      return rest.length === RANDOM_BYTES ? derived(subject, rest) : unseal(secret, subject, rest);
    },
    wrap: (subject, plain) => Buffer.concat([tag, seal(secret, subject, plain)]),
  };
}

/** Undefined: a stored part of an earlier version, which has no tag. */
const tagOf = (kept: Buffer): Buffer | undefined =>
  kept.length === WRAPPED_BYTES ? undefined : kept.subarray(0, TAG_BYTES);

/**
 * The file is read again at most this often. A new key must be in the file of every process before it is put
 * in force.
 */
const RELOAD_MS = 1_000;

/**
 * Makes keys with the key-encryption key in force, and reads keys of all key-encryption keys in the file.
 * `load` reads the file.
 */
export function createKeyRing(
  inForce: string,
  { load, nowMs }: { load(): readonly KeyEncryptionKey[]; nowMs(): number },
): KeyMaker & { readonly current: KeyEncryptionKey } {
  let keys = load();
  let loadedMs = Number.NEGATIVE_INFINITY;
  const current = keys.find(({ id }) => id === inForce);
  if (!current) throw new Error(`the key-encryption key ${inForce} is in force, but it is not in the file`);
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
      let failure: unknown = new Error(
        "the key of a person, group or department was made with a key-encryption key that is not in the file",
      );
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
