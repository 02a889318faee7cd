import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "../core/errors.ts";
import type { Config } from "../settings/config.ts";
import { beginLog, currentKey, type LogKey, originOf } from "../store/history/log/keys.ts";
import type { Pool } from "../store/postgres/pool.ts";
import { LOG_KEY, verifierKey } from "../tlog/note.ts";
import { makeKeyFile, readKeyFile } from "./key-file.ts";

const SETTING = "HISTORY_KEY_FILE";

/** Where the key is that signs the history: an Ed25519 key in PKCS #8, as PEM. */
export const historyKeyFile = ({ historyKeyFile: file, dataDir }: Config): string =>
  file ?? join(dataDir, "history.key");

/** A key that is about to take the place of the other one (rotateKey). */
export const nextKeyFile = (path: string): string => `${path}.next`;

/**
 * The key of this installation, which the first worker makes; the log has its name from then on. Rejects
 * CannotStart when the file is missing, or holds another key than the one in force.
 */
export async function loadLogKey({
  config,
  pool,
}: {
  readonly config: Config;
  readonly pool: Pool;
}): Promise<LogKey> {
  const path = historyKeyFile(config);
  const current = await currentKey(pool);
  if (current === undefined) return beginWith(path, config, pool);
  const origin = (await originOf(pool)) ?? "";
  const next = readSecret(nextKeyFile(path));
  if (next && logKey(origin, next).verifier.text === current) renameSync(nextKeyFile(path), path);
  const secret = readSecret(path);
  if (!secret)
    throw new CannotStart([
      `${SETTING}: ${path} is not there, and the history is signed with the key ${current}; put it back from its copy`,
    ]);
  const key = logKey(origin, secret);
  if (key.verifier.text !== current)
    throw new CannotStart([
      `${SETTING}: ${path} holds another key than ${current}, which the history is signed with`,
    ]);
  return key;
}

async function beginWith(path: string, config: Config, pool: Pool): Promise<LogKey> {
  const secret = readSecret(path) ?? createPrivateKey(makeKeyFile(path, newSecret(), SETTING));
  const host = new URL(config.publicUrl).host;
  const key = logKey(`${host}/history/${randomBytes(8).toString("hex")}`, secret);
  if (await beginLog(pool, key.verifier)) return key;
  return loadLogKey({ config, pool });
}

export const newSecret = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

export const logKey = (origin: string, secret: KeyObject): LogKey => ({
  verifier: verifierKey(origin, LOG_KEY, createPublicKey(secret)),
  secret,
});

function readSecret(path: string): KeyObject | undefined {
  const text = readKeyFile(path, SETTING);
  if (text === undefined) return undefined;
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Told below, without its text.
  }
  throw new CannotStart([
    `${SETTING}: ${path} must hold an Ed25519 key in PKCS #8, such as openssl genpkey -algorithm ed25519 makes`,
  ]);
}
