import { randomUUID } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createGroupDirectory, type GroupDirectory } from "../../../src/directory/groups.ts";
import { createUserDirectory, type UserDirectory } from "../../../src/directory/users.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../../src/store/create.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import type { Pool } from "../../../src/store/postgres/pool.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { testVault } from "../../support/vault.ts";

/*
 * Writes that arrive side by side share a statement and a commit. Each of them must come out as if it had
 * been alone.
 */

let database: TestDatabase;
let pool: Pool;
let users: UserDirectory;
let groups: GroupDirectory;
const sourceId = randomUUID();
const context = () => ({ sourceId, actor: "token:test", requestId: randomUUID() });

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 8, logger: silentLogger });
  await pool.query("insert into sources (id, name) values ($1, 'test')", [sourceId]);
  const deps = { store: createDirectoryStore(pool, ["dingtalk"], testVault), clock: systemClock };
  users = createUserDirectory(deps);
  groups = createGroupDirectory(deps);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

let number = 0;
const content = (more: JsonObject = {}) => {
  number += 1;
  return readUser({ userName: `person.${number}@example.com`, displayName: "Person", ...more });
};
const times = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)));
const rows = async (text: string, values: readonly unknown[] = []) =>
  (await pool.query(text, values as unknown[])).rows;

test("a name that is taken refuses one create among thirty, and no other", async () => {
  await users.create(context(), content({ userName: "taken@example.com" }));
  const made = await Promise.allSettled(
    Array.from({ length: 30 }, (_, at) =>
      users.create(context(), content(at === 11 ? { userName: "Taken@example.com" } : {})),
    ),
  );
  expect(made.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).toEqual([11]);
  const ids = made.flatMap((result) => (result.status === "fulfilled" ? [result.value.id] : []));
  const [count] = await rows(
    `select count(*)::int as events, count(distinct h.request_id)::int as requests, bool_and(h.code = 'user.created') as created,
            bool_and(s.state = 'due' and s.causes = array[h.id]) as marked
       from history h join entity_states s on s.entity_id = h.subject where h.subject = any($1)`,
    [ids],
  );
  expect(count).toEqual({ events: 29, requests: 29, created: true, marked: true });
});

test("thirty updates side by side: each counts its own version up by one and records its own change", async () => {
  const people = await times(30, () => users.create(context(), content({ title: "old" })));
  await Promise.all(
    people.map(({ id }, at) =>
      users.change(context(), id, (current) => readUser({ ...current, title: `new ${at}` })),
    ),
  );
  const found = await rows(
    `select u.version::int, u.document->>'title' as title, h.id as event
       from users u join history h on h.subject = u.id and h.code = 'user.updated' where u.id = any($1) order by u.id`,
    [people.map(({ id }) => id)],
  );
  const expected = [...people]
    .map(({ id }, at) => ({ id, title: `new ${at}` }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const log = createEventLog(pool, testVault);
  const recorded = async (id: string) => (await log.story(id))?.event.changes?.["title"]?.after;
  const told = await Promise.all(
    found.map(async ({ event, ...rest }) => ({ ...rest, recorded: await recorded(event) })),
  );
  expect(told).toEqual(expected.map(({ title }) => ({ version: 2, title, recorded: title })));
});

test("members of one group who come side by side: a version and an event for each, in one order", async () => {
  const people = await times(20, () => users.create(context(), content()));
  const group = await groups.create(context(), readGroup({ displayName: "Together" }).content, []);
  const answers = await Promise.all(
    people.map(({ id }) =>
      groups.change(context(), group.id, { members: { kind: "delta", add: [id], remove: [] } }),
    ),
  );
  expect(answers.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 2),
  );
  expect(await groups.get(context(), group.id)).toMatchObject({ version: 21 });
  const events = await rows(
    "select members->'after' as came from history where subject = $1 and code = 'group.members'",
    [group.id],
  );
  expect(events.flatMap(({ came }) => JSON.parse(came)).sort()).toEqual(people.map(({ id }) => id).sort());
  expect(events).toHaveLength(20);
});

test("somebody who is added and removed side by side is there or not, as events and version say", async () => {
  const [person] = await times(1, () => users.create(context(), content()));
  const group = await groups.create(context(), readGroup({ displayName: "In and out" }).content, []);
  const id = person!.id;
  const delta = (add: string[], remove: string[]) =>
    groups.change(context(), group.id, { members: { kind: "delta", add, remove } });
  await times(10, (at) => (at % 2 === 0 ? delta([id], []) : delta([], [id])));
  const [counted] = await rows(
    `select count(*) filter (where members->'after' is not null)::int as came,
            count(*) filter (where members->'before' is not null)::int as went
       from history where subject = $1 and code = 'group.members'`,
    [group.id],
  );
  const present = (await rows("select 1 from group_members where group_id = $1", [group.id])).length;
  expect(counted.came - counted.went).toBe(present);
  expect(counted.came).toBeGreaterThan(0);
  expect(await groups.get(context(), group.id)).toMatchObject({ version: 1 + counted.came + counted.went });
});

test("an unknown member refuses the change that names it, and no other", async () => {
  const people = await times(6, () => users.create(context(), content()));
  const group = await groups.create(context(), readGroup({ displayName: "One is nobody" }).content, []);
  const named = [
    ...people.slice(0, 3).map(({ id }) => id),
    randomUUID(),
    ...people.slice(3).map(({ id }) => id),
  ];
  const results = await Promise.allSettled(
    named.map((id) =>
      groups.change(context(), group.id, { members: { kind: "delta", add: [id], remove: [] } }),
    ),
  );
  expect(results.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).toEqual([3]);
  expect(await rows("select count(*)::int from group_members where group_id = $1", [group.id])).toEqual([
    { count: 6 },
  ]);
});

test("a person who joins two groups at the same moment is marked once, because of both", async () => {
  const [person] = await times(1, () => users.create(context(), content()));
  const both = await times(2, (at) =>
    groups.create(context(), readGroup({ displayName: `Of two ${at}` }).content, []),
  );
  await Promise.all(
    both.map(({ id }) =>
      groups.change(context(), id, { members: { kind: "delta", add: [person!.id], remove: [] } }),
    ),
  );
  const [state] = await rows("select cardinality(causes) as causes from entity_states where entity_id = $1", [
    person!.id,
  ]);
  expect(state.causes).toBe(3);
});

test("look-ups side by side answer each their own, and nothing of another source", async () => {
  const people = await times(10, () => users.create(context(), content()));
  const found = await Promise.allSettled([
    ...people.map(({ id }) => users.get(context(), id)),
    users.get(context(), randomUUID()),
    users.get({ ...context(), sourceId: randomUUID() }, people[0]!.id),
  ]);
  expect(found.map((result) => (result.status === "fulfilled" ? result.value.id : "nobody"))).toEqual([
    ...people.map(({ id }) => id),
    "nobody",
    "nobody",
  ]);
});
