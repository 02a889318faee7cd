import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { KEY_BYTES, seal } from "../../../src/core/secrets/sealing.ts";
import { openVault } from "../../../src/keys/open-vault.ts";
import { rotateEncryptionKey, wrapKeys } from "../../../src/keys/rotate-encryption-key.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import type { Vault } from "../../../src/store/vault.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";

/*
 * Another key-encryption key takes over: nobody's values are lost, before, meanwhile and after, and the file
 * of the one before can go.
 */

let env: TestEnvironment;
let folder: string;
beforeEach(async () => {
  env = await openTestEnvironment();
  folder = mkdtempSync(join(tmpdir(), "encryption-keys-"));
});
afterEach(async () => {
  await env.close();
  rmSync(folder, { recursive: true });
});

const file = () => join(folder, "encryption.key");
const installation = () => ({
  config: parseConfig({ DATA_DIR: folder }),
  pool: env.pool,
  clock: systemClock,
});
const open = () => openVault(installation());
const rotate = () => rotateEncryptionKey(installation(), { actor: "cli", detail: { osUser: "ada" } });

interface Kept {
  readonly id: string;
  readonly sealed: Buffer;
}

async function keep(vault: Vault, value: string, id = uuidv7(Date.now())): Promise<Kept> {
  const [sealed] = await vault.seal(env.pool, [{ ref: { kind: "user", id }, about: id, value }]);
  return { id, sealed: sealed! };
}
async function read(vault: Vault, { id, sealed }: Kept) {
  const [{ wrapped }] = (await env.pool.query("select wrapped from subject_keys where subject = $1", [id]))
    .rows as [{ wrapped: Buffer }];
  return vault.open({ subject: id, about: id, sealed, wrapped });
}

test("values are read under the key before, the new one, and the new one alone, also what was written meanwhile", async () => {
  const running = await open();
  const early = await keep(running, "early");
  const gone = await keep(running, "gone");
  await running.destroy(env.pool, [{ kind: "user", id: gone.id }]);
  const secret = Buffer.from(readFileSync(file(), "utf8").trim(), "base64");
  // As an earlier version wrapped keys.
  const old = uuidv7(Date.now());
  const wrapped = seal(secret, old, Buffer.alloc(KEY_BYTES, 9));
  await env.pool.query("insert into subject_keys (subject, kind, wrapped) values ($1, 'user', $2)", [
    old,
    wrapped,
  ]);
  const wrappedBefore = await keep(running, "wrapped", old);

  const { inForce, keys, wrapped: count } = await rotate();
  expect(keys).toHaveLength(2);
  expect([keys[1], count]).toEqual([inForce, 2]);
  expect(statSync(file()).mode & 0o777).toBe(0o600);

  // A process that began with the key before reads what was wrapped anew, and goes on writing under its own.
  const late = await keep(running, "late");
  const [anew, all] = [await open(), [early, wrappedBefore, late]];
  for (const vault of [running, anew]) {
    expect(await Promise.all(all.map((each) => read(vault, each)))).toEqual(["early", "wrapped", "late"]);
    expect(await read(vault, gone)).toBeUndefined();
  }
  expect(await read(running, await keep(anew, "new"))).toBe("new");

  expect(await wrapKeys(installation())).toMatchObject({ inForce, wrapped: 1 });
  expect(await wrapKeys(installation())).toMatchObject({ wrapped: 0 });
  writeFileSync(file(), `${readFileSync(file(), "utf8").trim().split("\n")[1]}\n`);
  const alone = await open();
  expect(await Promise.all(all.map((each) => read(alone, each)))).toEqual(["early", "wrapped", "late"]);

  const { rows } = await env.pool.query(
    "select actor, detail from history where code = 'history.encryptionKeyReplaced'",
  );
  expect(rows.map(({ actor, detail }) => [actor, JSON.parse(detail)])).toEqual([
    ["cli", { osUser: "ada", from: keys[0], to: inForce }],
  ]);
});

test("a key that was added to the file beforehand is the one that comes in force", async () => {
  const running = await open();
  const kept = await keep(running, "kept");
  const added = `${Buffer.alloc(KEY_BYTES, 5).toString("base64")}`;
  writeFileSync(file(), `${readFileSync(file(), "utf8")}${added}\n`);
  const { keys, inForce } = await rotate();
  expect([keys.length, keys[1]]).toEqual([2, inForce]);
  writeFileSync(file(), added);
  expect(await read(await open(), kept)).toBe("kept");
});

test("a process whose file lacks the key in force does not start", async () => {
  await open();
  const before = readFileSync(file(), "utf8");
  await rotate();
  writeFileSync(file(), before);
  await expect(open()).rejects.toThrow(
    /holds the key [0-9a-f]{16}, and values in the database are encrypted under [0-9a-f]{16}/,
  );
});
