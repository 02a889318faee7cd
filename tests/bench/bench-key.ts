import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEY_BYTES } from "../../src/core/secrets/sealing.ts";
import { createKeyEncryptionKey } from "../../src/store/personal/key-encryption.ts";
import { createVault } from "../../src/store/personal/vault.ts";
import type { Vault } from "../../src/store/vault.ts";

/*
 * One key for all servers and commands of a run, and for what is filled in by SQL: they read each other's
 * values.
 */

const KEY = Buffer.alloc(KEY_BYTES, "bench");

/** Of what is filled in. */
export const BENCH_VAULT: Vault = createVault(createKeyEncryptionKey(KEY));

/** For every program that is started from here on. */
export function shareKey(folder: string): void {
  const file = join(folder, "bench.key");
  writeFileSync(file, `${KEY.toString("base64")}\n`, { mode: 0o600 });
  process.env["ENCRYPTION_KEY_FILE"] = file;
}
