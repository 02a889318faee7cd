import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Clock, systemClock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import { uuidv7 } from "../core/id.ts";
import { KEY_BYTES } from "../core/secrets/sealing.ts";
import type { Config } from "../settings/config.ts";
import {
  createKeyEncryptionKey,
  createKeyRing,
  type KeyEncryptionKey,
} from "../store/personal/key-encryption.ts";
import { createKeyRegister } from "../store/personal/key-register.ts";
import { createVault } from "../store/personal/vault.ts";
import type { Pool } from "../store/postgres/pool.ts";
import type { Vault } from "../store/vault.ts";
import { makeKeyFile, readKeyFile } from "./key-file.ts";

const SETTING = "ENCRYPTION_KEY_FILE";

/**
 * Where the key-encryption keys are: 32 bytes in base64, a line for each. The database says which of them is
 * in force.
 */
export const encryptionKeyFile = ({ encryptionKeyFile, dataDir }: Config): string =>
  encryptionKeyFile ?? join(dataDir, "encryption.key");

export const newEncryptionKey = (): string => `${randomBytes(KEY_BYTES).toString("base64")}\n`;

interface Installation {
  readonly config: Config;
  readonly pool: Pool;
  readonly clock: Clock;
}

/**
 * What values of people are encrypted and read with. The key-encryption key is made with the first start of
 * an installation, and never again: an installation whose key is missing, or another one, does not start.
 * Throws CannotStart.
 */
export const openVault = async (installation: Installation): Promise<Vault> =>
  createVault((await openKeyRing(installation)).ring);

export async function openKeyRing({ config, pool, clock }: Installation) {
  const path = encryptionKeyFile(config);
  const register = createKeyRegister(pool);
  const known = await register.inForce();
  const text = readKeyFile(path, SETTING);
  if (text === undefined && known !== undefined) {
    throw new CannotStart([
      `${SETTING}: ${path} is not there, and values in the database are encrypted under the key ${known} that it held; put it back from its copy`,
    ]);
  }
  const keys = keysIn(text ?? makeKeyFile(path, newEncryptionKey(), SETTING), path);
  const at = clock.now();
  const inForce =
    known ??
    (await register.putInForce(keys[0]!.id, {
      id: uuidv7(at.getTime()),
      at,
      code: "history.encrypted",
      actor: "system",
      causes: [],
    }));
  if (!keys.some(({ id }) => id === inForce)) {
    throw new CannotStart([
      `${SETTING}: ${path} holds the key ${keys.map(({ id }) => id).join(", ")}, and values in the database are encrypted under ${inForce}; every process of an installation needs a copy of the same file`,
    ]);
  }
  const load = (): readonly KeyEncryptionKey[] => keysIn(readKeyFile(path, SETTING) ?? "", path);
  return { ring: createKeyRing(inForce, { load, nowMs: systemClock.monotonicMs }), register, keys, path };
}

export function keysIn(text: string, path: string): readonly [KeyEncryptionKey, ...KeyEncryptionKey[]] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first, ...others] = lines.map((line) => keyIn(line.trim(), path));
  if (!first) return mistaken(path);
  return [first, ...others];
}

function keyIn(line: string, path: string): KeyEncryptionKey {
  const key = Buffer.from(line, "base64");
  return /^[A-Za-z0-9+/]{43}=$/.test(line) && key.length === KEY_BYTES
    ? createKeyEncryptionKey(key)
    : mistaken(path);
}

function mistaken(path: string): never {
  throw new CannotStart([
    `${SETTING}: ${path} must hold ${KEY_BYTES} bytes in base64, such as openssl rand -base64 ${KEY_BYTES} makes`,
  ]);
}
