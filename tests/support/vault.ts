import { createKeyEncryptionKey } from "../../src/store/personal/key-encryption.ts";
import { createVault } from "../../src/store/personal/vault.ts";
import type { Vault } from "../../src/store/vault.ts";

/** A vault like that of a process, with its own cache. All tests use the same key-encryption key. */
export const createTestVault = (): Vault => createVault(createKeyEncryptionKey(Buffer.alloc(32, 7)));

export const testVault: Vault = createTestVault();
