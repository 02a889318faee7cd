import { createKeyEncryptionKey } from "../../src/store/personal/key-encryption.ts";
import { createVault } from "../../src/store/personal/vault.ts";
import type { Vault } from "../../src/store/vault.ts";

/** As a process has it: with a memory of its own, and the key-encryption key that all tests share. */
export const createTestVault = (): Vault => createVault(createKeyEncryptionKey(Buffer.alloc(32, 7)));

export const testVault: Vault = createTestVault();
