import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { CannotStart } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { openVault } from "../../../src/keys/open-vault.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

/* The file of the key-encryption key: made once, never made anew, and the same for every process. */

let database: TestDatabase;
let pool: Pool;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 3, logger: silentLogger });
  folder = mkdtempSync(join(tmpdir(), "encryption-key-"));
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const open = (environment: Record<string, string> = {}) =>
  openVault({ config: parseConfig({ DATA_DIR: folder, ...environment }), pool, clock: systemClock });
const path = () => join(folder, "encryption.key");
const events = async () => (await pool.query("select code, actor, detail from history")).rows;

test("the first start makes the file for its owner alone, and says from where on values are encrypted", async () => {
  await open();
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(readFileSync(path(), "utf8")).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
  expect(await events()).toEqual([
    {
      code: "history.encrypted",
      actor: "system",
      detail: expect.stringMatching(/^\{"key":"[0-9a-f]{16}"\}$/),
    },
  ]);
  const text = readFileSync(path(), "utf8");
  await open();
  expect(readFileSync(path(), "utf8")).toBe(text);
  expect(await events()).toHaveLength(1);
});

test("processes that start at the same time have the same key", async () => {
  await Promise.all(Array.from({ length: 4 }, () => open()));
  expect(await events()).toHaveLength(1);
});

test("a key that is gone is not made anew", async () => {
  await open();
  rmSync(path());
  await expect(open()).rejects.toThrow(
    /encryption\.key is not there, and values in the database are encrypted under the key [0-9a-f]{16}/,
  );
  expect(statSync(path(), { throwIfNoEntry: false })).toBeUndefined();
});

test.each([
  [
    "another one",
    `${Buffer.alloc(32, 1).toString("base64")}\n`,
    /holds the key [0-9a-f]{16}, and values in the database are encrypted under/,
  ],
  ["none", "secret\n", /must hold 32 bytes in base64/],
  ["a short one", Buffer.alloc(16).toString("base64"), /must hold 32 bytes in base64/],
])("a file with %s stops the start", async (_name, text, message) => {
  await open();
  writeFileSync(path(), text);
  const refused = await open().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(CannotStart);
  expect((refused as Error).message).toMatch(message);
});

test("ENCRYPTION_KEY_FILE names another place, which is made too", async () => {
  const elsewhere = join(folder, "keys", "kek");
  await open({ ENCRYPTION_KEY_FILE: elsewhere });
  expect(readFileSync(elsewhere, "utf8")).toMatch(/=\n$/);
});

test("a folder that cannot be made stops the start", async () => {
  await expect(open({ ENCRYPTION_KEY_FILE: "/proc/none/key" })).rejects.toThrow(
    /is not there and cannot be made/,
  );
});
