import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "./core/clock.ts";
import { CannotStart } from "./core/errors.ts";
import { uuidv7 } from "./core/id.ts";
import { KEY_BYTES } from "./core/sealing.ts";
import { makeKeyFile, readKeyFile } from "./key-file.ts";
import type { Config } from "./settings/config.ts";
import { createKeyEncryptionKey } from "./store/personal/key-encryption.ts";
import { createKeyRegister } from "./store/personal/key-register.ts";
import { createVault } from "./store/personal/vault.ts";
import type { Pool } from "./store/postgres/pool.ts";
import type { Vault } from "./store/vault.ts";

const SETTING = "ENCRYPTION_KEY_FILE";

/** Where the key-encryption key is: 32 bytes in base64, a line. */
export const encryptionKeyFile = ({ encryptionKeyFile, dataDir }: Config): string => encryptionKeyFile ?? join(dataDir, "encryption.key");

/**
 * What values of people are encrypted and read with. The key-encryption key is made with the first start of an installation, and never again: an
 * installation whose key is missing, or another one, does not start. Throws CannotStart.
 */
export async function openVault({
  config,
  pool,
  clock,
}: {
  readonly config: Config;
  readonly pool: Pool;
  readonly clock: Clock;
}): Promise<Vault> {
  const path = encryptionKeyFile(config);
  const register = createKeyRegister(pool);
  const known = await register.inForce();
  const text = readKeyFile(path, SETTING);
  if (text === undefined && known !== undefined) {
    throw new CannotStart([
      `${SETTING}: ${path} is not there, and values in the database are encrypted under the key ${known} that it held; put it back from its copy`,
    ]);
  }
  const kek = createKeyEncryptionKey(keyIn(text ?? makeKeyFile(path, `${randomBytes(KEY_BYTES).toString("base64")}\n`, SETTING), path));
  const at = clock.now();
  const inForce =
    known ?? (await register.putInForce(kek.id, { id: uuidv7(at.getTime()), at, code: "history.encrypted", actor: "system", causes: [] }));
  if (inForce !== kek.id) {
    throw new CannotStart([
      `${SETTING}: ${path} holds the key ${kek.id}, and values in the database are encrypted under ${inForce}; every process of an installation needs a copy of the same file`,
    ]);
  }
  return createVault(kek);
}

function keyIn(text: string, path: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text.trim()) || key.length !== KEY_BYTES)
    throw new CannotStart([`${SETTING}: ${path} must hold ${KEY_BYTES} bytes in base64, such as openssl rand -base64 ${KEY_BYTES} makes`]);
  return key;
}
