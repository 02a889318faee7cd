import { randomBytes } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { seal, unseal } from "../../../src/core/secrets/sealing.ts";
import { createUserDirectory } from "../../../src/directory/users.ts";
import { parseFilter } from "../../../src/scim/filter.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";
import { createDirectoryStore } from "../../../src/store/create.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { createKeyEncryptionKey, createKeyRing } from "../../../src/store/personal/key-encryption.ts";
import { createVault } from "../../../src/store/personal/vault.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { createTestVault, testVault } from "../../support/vault.ts";

/*
 * Values of people in the history: encrypted as they are written, read with the key of whose they are, and
 * gone with it.
 */

const CANARY = "Canary 张金丝雀";

let env: TestEnvironment;
beforeAll(async () => {
  env = await openTestEnvironment();
});
afterAll(() => env.close());

const person = (displayName: string) =>
  env.users.create(env.context, readUser({ userName: uuidv7(Date.now()), displayName }));
const eventsOf = async (
  subject: string,
): Promise<readonly { id: string; sealed: Buffer; attributes: string[]; changes: unknown }[]> =>
  (await env.pool.query("select * from history where subject = $1 order by id", [subject])).rows;
const told = async (id: string, vault = testVault) =>
  (await createEventLog(env.pool, vault).story(id))?.event;

test("no row of the history holds a value in plain text, and the API reads all of them", async () => {
  const { id } = await person(CANARY);
  await env.users.change(env.context, id, (current) => readUser({ ...current, title: CANARY }));
  await env.users.remove(env.context, id);
  const { rows } = await env.pool.query("select h::text as text from history h where subject = $1", [id]);
  expect(rows).toHaveLength(3);
  for (const { text } of rows) expect(text).not.toContain("Canary");
  const [created, updated, deleted] = await eventsOf(id);
  expect(created).toMatchObject({ changes: null, attributes: expect.arrayContaining(["displayName"]) });
  expect((await told(created!.id))?.changes).toMatchObject({ displayName: { after: CANARY } });
  expect(updated).toMatchObject({ attributes: ["title"] });
  expect((await told(updated!.id))?.changes).toEqual({ title: { after: CANARY } });
  expect((await told(deleted!.id))?.changes).toMatchObject({
    title: { before: CANARY },
    displayName: { before: CANARY },
  });
});

test("a process that has never seen a person reads the key, and both write under the same one", async () => {
  const { id } = await person("Shared");
  const other = createUserDirectory({
    store: createDirectoryStore(env.pool, [], createTestVault()),
    clock: systemClock,
  });
  await other.change(env.context, id, (current) => readUser({ ...current, title: "there" }));
  const [, updated] = await eventsOf(id);
  expect((await told(updated!.id))?.changes).toEqual({ title: { after: "there" } });
});

describe("another process", () => {
  const namesAsked = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const asked = jest.spyOn(env.pool, "query");
    try {
      await work();
      return asked.mock.calls.map(([query]) => (query as unknown as { name: string }).name);
    } finally {
      asked.mockRestore();
    }
  };
  const processWith = (vault = createTestVault()) =>
    createUserDirectory({ store: createDirectoryStore(env.pool, [], vault), clock: systemClock });
  const titled = (title: string) => (current: JsonObject) => readUser({ ...current, title });
  const titlesTold = async (id: string): Promise<readonly unknown[]> => {
    const events = await Promise.all((await eventsOf(id)).slice(1).map((event) => told(event.id)));
    return events.map((event) => event?.changes?.["title"]?.after);
  };

  test("reads a key with the person, whether by id or by a match, and asks for it no more", async () => {
    const { id, document } = await person("Seen");
    const { userName } = JSON.parse(document) as { userName: string };
    const [byId, byMatch] = [processWith(), processWith()];
    await byId.get(env.context, id);
    await byMatch.list(env.context, {
      filter: parseFilter(userResource, `userName eq "${userName}"`),
      start: { kind: "index", startIndex: 1 },
      count: 10,
    });
    for (const [title, there] of [
      ["one", byId],
      ["two", byMatch],
    ] as const)
      expect(await namesAsked(() => there.change(env.context, id, titled(title)))).not.toContain("keys-read");
    expect(await titlesTold(id)).toEqual(["one", "two"]);
  });

  test("reads it by itself where there was none, or where what it read is under an earlier key-encryption key", async () => {
    const { id } = await person("Rotated");
    const [older, newer] = [
      createKeyEncryptionKey(Buffer.alloc(32, 7)),
      createKeyEncryptionKey(Buffer.alloc(32, 9)),
    ];
    let keys = [older];
    const ring = createKeyRing(older.id, { load: () => keys, nowMs: () => performance.now() * 1_000 });
    const there = processWith(createVault(ring));
    await there.get(env.context, id);
    const [{ wrapped }] = (await env.pool.query("select wrapped from subject_keys where subject = $1", [id]))
      .rows as [{ wrapped: Buffer }];
    await env.pool.query("update subject_keys set wrapped = $2 where subject = $1", [
      id,
      newer.wrap(id, older.keyOf(id, wrapped)),
    ]);
    keys = [newer];
    // Meets a key under the new one: it loads the file again, and knows the earlier one no more.
    ring.keyOf(id, newer.wrap(id, older.keyOf(id, wrapped)));
    expect(await namesAsked(() => there.change(env.context, id, titled("rotated")))).toContain("keys-read");
    await env.pool.query("update subject_keys set wrapped = $2 where subject = $1", [id, wrapped]);
    expect(await titlesTold(id)).toEqual(["rotated"]);

    const unkeyed = await person("Unkeyed");
    await env.pool.query("delete from subject_keys where subject = $1", [unkeyed.id]);
    const third = processWith();
    await third.get(env.context, unkeyed.id);
    await third.change(env.context, unkeyed.id, titled("made"));
    expect(await titlesTold(unkeyed.id)).toEqual(["made"]);
  });

  test("keeps no value under a key that it has read and that was destroyed before it writes", async () => {
    const { id } = await person(CANARY);
    const vault = createTestVault();
    const there = processWith(vault);
    await there.get(env.context, id);
    await vault.destroy(env.pool, [{ kind: "user", id }]);
    await there.get(env.context, id);
    await there.change(env.context, id, titled(CANARY));
    expect((await eventsOf(id)).map(({ sealed }) => sealed === null)).toEqual([false, true]);
  });
});

test("ten processes that meet a subject without a key at the same time agree on one", async () => {
  const ref = { kind: "user", id: uuidv7(Date.now()) } as const;
  const sealed = await Promise.all(
    Array.from(
      { length: 10 },
      async (_, at) => (await createTestVault().seal(env.pool, [{ ref, about: `${at}`, value: at }]))[0],
    ),
  );
  const [{ wrapped }] = (
    await env.pool.query("select wrapped from subject_keys where subject = $1", [ref.id])
  ).rows as [{ wrapped: Buffer }];
  sealed.forEach((text, at) => {
    expect(createTestVault().open({ subject: ref.id, about: `${at}`, sealed: text!, wrapped })).toBe(at);
  });
});

test("a key from before, wrapped and not derived, is read and written under as ever", async () => {
  const { id } = await person("Shared");
  const ref = { kind: "user", id: uuidv7(Date.now()) } as const;
  const key = randomBytes(32);
  const wrapped = seal(Buffer.alloc(32, 7), ref.id, key);
  await env.pool.query("insert into subject_keys (subject, kind, wrapped) values ($1, 'user', $2)", [
    ref.id,
    wrapped,
  ]);
  const [sealed] = await createTestVault().seal(env.pool, [{ ref, about: "x", value: CANARY }]);
  expect(unseal(key, "x", sealed!).toString()).toBe(JSON.stringify(CANARY));
  expect(createTestVault().open({ subject: ref.id, about: "x", sealed: sealed!, wrapped })).toBe(CANARY);
  // Of somebody else it is no key.
  expect(() => createTestVault().open({ subject: id, about: "x", sealed: sealed!, wrapped })).toThrow();
});

test("what is kept of a key is random bytes: the same file gives another key without them, or for somebody else", async () => {
  const [one, two] = await Promise.all([person("One"), person("Two")]);
  const kept = async (id: string): Promise<Buffer> =>
    (await env.pool.query("select wrapped from subject_keys where subject = $1", [id])).rows[0].wrapped;
  const [event] = await eventsOf(one.id);
  const stored = { subject: one.id, about: event!.id, sealed: event!.sealed, wrapped: await kept(one.id) };
  expect(stored.wrapped).toHaveLength(36);
  expect(testVault.open(stored)).toBeDefined();
  for (const other of [{ wrapped: await kept(two.id) }, { wrapped: Buffer.alloc(32) }, { subject: two.id }])
    expect(() => testVault.open({ ...stored, ...other })).toThrow();
});

test("a person that could not be made leaves no key behind, and the next try has one", async () => {
  const taken = await person("First");
  const [{ userName }] = [JSON.parse(taken.document) as { userName: string }];
  const before = await env.pool.query("select count(*) as n from subject_keys");
  await expect(env.users.create(env.context, readUser({ userName }))).rejects.toThrow();
  expect((await env.pool.query("select count(*) as n from subject_keys")).rows).toEqual(before.rows);
});

test("destroying a key takes the values and leaves the event with the names of attributes; nobody else loses anything", async () => {
  const [gone, stays] = await Promise.all([person(CANARY), person("Stays")]);
  const [event] = await eventsOf(gone.id);
  const reading = createTestVault();
  expect((await told(event!.id, reading))?.changes).toMatchObject({ displayName: { after: CANARY } });

  for (const _ of [1, 2]) await testVault.destroy(env.pool, [{ kind: "user", id: gone.id }]);

  // Also for a process that has used the key before.
  for (const vault of [testVault, reading]) {
    const after = await told(event!.id, vault);
    expect(after).toMatchObject({
      erased: true,
      code: "user.created",
      changes: { displayName: {}, userName: {} },
    });
    expect(JSON.stringify(after)).not.toContain("Canary");
  }
  const [other] = await eventsOf(stays.id);
  expect((await told(other!.id))?.changes).toMatchObject({ displayName: { after: "Stays" } });
});

test("events written after a key was destroyed keep no values, and the write succeeds", async () => {
  const { id } = await person(CANARY);
  await testVault.destroy(env.pool, [{ kind: "user", id }]);
  await env.users.remove(env.context, id);
  const events = await eventsOf(id);
  expect(events.map(({ sealed }) => sealed === null)).toEqual([false, true]);
  expect(events[1]).toMatchObject({ attributes: expect.arrayContaining(["displayName"]) });
});

test.each([
  [
    "under another key-encryption key",
    () => createVault(createKeyEncryptionKey(randomBytes(32))),
    (row: Buffer) => row,
  ],
  [
    "with one bit flipped",
    createTestVault,
    (row: Buffer) => Buffer.from(row.map((byte, at) => (at === 20 ? byte ^ 1 : byte))),
  ],
  ["cut off", createTestVault, (row: Buffer) => row.subarray(0, 10)],
])("what is read %s is an error, not another value", async (_name, vault, altered) => {
  const { id } = await person("Untouched");
  const [event] = await eventsOf(id);
  const [{ wrapped }] = (await env.pool.query("select wrapped from subject_keys where subject = $1", [id]))
    .rows as [{ wrapped: Buffer }];
  const stored = { subject: id, about: event!.id, sealed: event!.sealed, wrapped };
  expect(testVault.open(stored)).toMatchObject({ changes: { displayName: { after: "Untouched" } } });
  expect(() => vault().open({ ...stored, sealed: altered(event!.sealed) })).toThrow();
  expect(() => testVault.open({ ...stored, about: uuidv7(1) })).toThrow();
});

test("the filter finds events by the names of what they changed, encrypted or from before", async () => {
  const { id } = await person("Filtered");
  const old = uuidv7(Date.now());
  await env.pool.query(
    "insert into history (id, at, code, actor, subject_kind, subject, changes) values ($1, now(), 'user.updated', 'token:old', 'user', $2, $3)",
    [old, id, JSON.stringify({ nickName: { before: "a", after: "b" } })],
  );
  const log = createEventLog(env.pool, testVault);
  const attribute = {
    name: "attribute",
    path: ["attribute"],
    multiValued: true,
    type: "string",
    caseExact: true,
  } as const;
  const found = async (value: string) =>
    (
      await log.list({ filter: { op: "compare", operator: "eq", attribute, value }, count: 10 })
    ).events.filter(({ subject }) => subject?.id === id);
  expect((await found("nickName")).map((event) => event.changes)).toEqual([
    { nickName: { before: "a", after: "b" } },
  ]);
  expect(await found("displayName")).toHaveLength(1);
});
