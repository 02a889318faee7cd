import { randomUUID } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { NotFound } from "../../../src/directory/errors.ts";
import { createUserDirectory, type UserDirectory } from "../../../src/directory/users.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../../src/store/create.ts";
import type { Pool } from "../../../src/store/postgres/pool.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { testVault } from "../../support/vault.ts";

/*
 * Each process remembers people as it last saw them. Whatever another one did meanwhile must not be lost,
 * overlooked or undone.
 */

let database: TestDatabase;
let pool: Pool;
let here: UserDirectory;
let there: UserDirectory;
const sourceId = randomUUID();
const context = () => ({ sourceId, actor: "token:test", requestId: randomUUID() });

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 8, logger: silentLogger });
  await pool.query("insert into sources (id, name) values ($1, 'test')", [sourceId]);
  const process = () =>
    createUserDirectory({ store: createDirectoryStore(pool, ["dingtalk"], testVault), clock: systemClock });
  here = process();
  there = process();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

let number = 0;
const person = async (more: JsonObject = {}) => {
  number += 1;
  return here.create(
    context(),
    readUser({ userName: `person.${number}@example.com`, displayName: "Person", title: "old", ...more }),
  );
};
const set = (directory: UserDirectory, id: string, more: JsonObject) =>
  directory.change(context(), id, (current) => readUser({ ...current, ...more }));
const stored = async (id: string) => {
  const user = await there.get(context(), id);
  return { version: user.version, document: JSON.parse(user.document) as JsonObject };
};

test("a change on top of another process's change keeps both", async () => {
  const { id } = await person();
  await set(there, id, { nickName: "there" });
  await set(here, id, { title: "here" });
  expect(await stored(id)).toMatchObject({ version: 3, document: { nickName: "there", title: "here" } });
});

test("what looks unchanged here, but was changed there, is written", async () => {
  const { id } = await person();
  await set(there, id, { title: "there" });
  await set(here, id, { title: "old" });
  expect(await stored(id)).toMatchObject({ version: 3, document: { title: "old" } });
});

test("what is unchanged indeed is not written", async () => {
  const { id } = await person();
  await set(here, id, { title: "old" });
  expect((await stored(id)).version).toBe(1);
});

test("a refusal that held for what was here before does not hold for what is there now", async () => {
  const { id } = await person();
  await set(there, id, { title: "there" });
  const changed = await here.change(context(), id, (current) => {
    if (current.title === "old") throw new Error("refused");
    return readUser({ ...current, title: "here" });
  });
  expect(JSON.parse(changed.document)).toMatchObject({ title: "here" });
});

test("somebody removed there is not found here, and does not come back", async () => {
  const { id } = await person();
  await there.remove(context(), id);
  await expect(set(here, id, { title: "here" })).rejects.toBeInstanceOf(NotFound);
  await expect(there.get(context(), id)).rejects.toBeInstanceOf(NotFound);
});

test("twenty changes of different attributes from two processes at once are all kept", async () => {
  const { id } = await person();
  const names = Array.from({ length: 20 }, (_, n) => `urn:example:attribute:${n}`).slice(0, 10);
  await Promise.all(
    names.flatMap((name, n) => [
      set(here, id, { [name]: { by: "here", n } }),
      set(there, id, { [`preferredLanguage`]: `zh-${n}` }),
    ]),
  );
  const { document } = await stored(id);
  expect(names.filter((name) => document[name] === undefined)).toEqual([]);
});
