import { randomUUID } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createReconcileStore, type ReconcileStorage } from "../../../src/store/create.ts";
import { createGroupStore } from "../../../src/store/directory/groups.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase } from "../../support/postgres/test-database.ts";
import { seed } from "../../support/seed.ts";
import { testVault } from "../../support/vault.ts";

/*
 * What the runs of one claim read, beside many entities and with statistics from a time when there were none.
 */

const ENTITIES = 3_000;
const CLAIMED = 20;
/** Rows of the queue and of the links read for one run: its claim, facts, begin and end, each a few times. */
const MOST_READ = 15;
/** Pages read to find the groups of one person: two indexes and the rows. */
const MOST_PAGES = 10;

let pool: Pool;
let store: ReconcileStorage;
let close: () => Promise<void>;

beforeEach(async () => {
  const database = await createTestDatabase();
  // One connection, so that its counters can be asked for.
  pool = createPool({ url: database.url, max: 1, logger: silentLogger });
  store = createReconcileStore(pool, "dingtalk", { vault: testVault });
  close = async () => {
    await pool.end();
    await database.drop();
  };
  await misleadingStatistics();
  await runs(1);
  await seed(
    pool,
    `with new as (select gen_random_uuid() as id from generate_series(1, $1::int)),
     linked as (insert into links (target, kind, entity_id, remote_id, status, presence, attributes) select 'dingtalk', 'user', id, id::text, 'owned', 'active', '{}' from new)
     insert into entity_states (target, kind, entity_id, state, next_at, due_since) select 'dingtalk', 'user', id, 'due', now(), now() from new`,
    [ENTITIES],
  );
});
afterEach(() => close());

/**
 * As they are after an analyze of a queue that held next to nothing of this target, and before the first one
 * of the links.
 */
async function misleadingStatistics(): Promise<void> {
  await seed(
    pool,
    "insert into entity_states (target, kind, entity_id, state) select 'other', 'user', gen_random_uuid(), 'inSync' from generate_series(1, 500)",
  );
  await pool.query(
    "insert into entity_states (target, kind, entity_id, state, next_at) values ('dingtalk', 'user', gen_random_uuid(), 'due', now())",
  );
  await pool.query("analyze entity_states");
  await pool.query("alter table entity_states set (autovacuum_enabled = off)");
  await pool.query("alter table links set (autovacuum_enabled = off)");
}

/** Claims, loads, begins and ends `count` runs side by side; how many there were. */
async function runs(count: number): Promise<number> {
  const claims = await store.claim(count);
  await store.people(claims.map((claim) => claim.ref.id));
  const at = systemClock.now();
  const event = { at, code: "target.intent", actor: "worker", causes: [], target: "dingtalk" } as const;
  const begun = await Promise.all(
    claims.map((claim) => store.begin(claim, { ...event, id: randomUUID(), subject: claim.ref }, undefined)),
  );
  const ended = await Promise.all(
    claims.map((claim) =>
      store.finish(claim, {
        next: { state: "inSync", nextMs: undefined, attempts: 0, observeFirst: false },
        link: {
          kind: "put",
          remoteId: claim.ref.id,
          attributes: { name: "Li" },
          presence: "active",
          containers: [],
        },
        presenceChanged: false,
        departed: [],
        gone: false,
      }),
    ),
  );
  return [...begun, ...ended].every(Boolean) ? claims.length : Number.NaN;
}

async function rowsRead(): Promise<number> {
  await pool.byKey.query("select pg_stat_force_next_flush()");
  const { rows } = await pool.query(
    "select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as n from pg_stat_user_tables where relname in ('entity_states', 'links', 'departments')",
  );
  return rows[0].n;
}

/**
 * Pages of these tables and of their indexes. An index may be searched for each group without a row being
 * read.
 */
async function pagesRead(tables = ["groups", "group_members"]): Promise<number> {
  for (const session of [pool, pool.byKey]) await session.query("select pg_stat_force_next_flush()");
  const { rows } = await pool.query(
    "select sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::int as n from pg_statio_user_tables where relname = any($1)",
    [tables],
  );
  return rows[0].n;
}

/** Each is linked, has nobody inside, and waits for nobody. */
async function departments(count: number): Promise<readonly string[]> {
  await pool.query("alter table departments set (autovacuum_enabled = off)");
  const { rows } = await pool.query<{ ids: string[] }>(
    `with new as (
       insert into departments (id, target, name, name_key, path_key, present) select gen_random_uuid(), 'dingtalk', 'D' || i, 'd' || i, array['d' || i], true from generate_series(1, $1::int) i
       returning id),
     linked as (insert into links (target, kind, entity_id, remote_id, status, presence, attributes) select 'dingtalk', 'department', id, 'd' || id, 'owned', 'active', '{}' from new),
     stated as (insert into entity_states (target, kind, entity_id, state) select 'dingtalk', 'department', id, 'inSync' from new)
     select array_agg(id) as ids from new`,
    [count],
  );
  return rows[0]!.ids;
}

/** Each person is in one group, and each group is a department with its link. */
async function peopleInGroups(people: number, groups: number): Promise<readonly string[]> {
  await pool.query("insert into sources (id, name) values (gen_random_uuid(), 'default')");
  await seed(
    pool,
    `with new as (
       insert into groups (id, source_id, display_name, display_name_key, document, created_at, modified_at)
       select gen_random_uuid(), (select id from sources limit 1), 'G' || i, 'g' || i, '{}', now(), now() from generate_series(1, $1::int) i returning id)
     insert into placements (target, group_id, kind, department_id)
     select 'dingtalk', n.id, 'department', d.id from (select id, row_number() over () as n from new) n
       join (select id, row_number() over () as n from departments) d on d.n = n.n`,
    [groups],
  );
  const { rows } = await pool.query<{ ids: string[] }>(
    `with new as (
       insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
       select gen_random_uuid(), (select id from sources limit 1), true, 'm' || i, 'm' || i, json_build_object('displayName', repeat('m', 500)), now(), now() from generate_series(1, $1::int) i returning id),
     joined as (
       insert into group_members (group_id, user_id)
       select g.id, u.id from (select id, row_number() over () as n from new) u
         join (select id, row_number() over () as n from groups) g on g.n = u.n % $2::int + 1)
     select array_agg(id) as ids from new`,
    [people, groups],
  );
  await pool.query("analyze groups, users, group_members, departments, placements");
  return rows[0]!.ids;
}

test("rows are read by their keys, whatever the statistics say", async () => {
  // Plans become those for any values after a few times on a connection.
  for (let round = 0; round < 8; round++) expect(await runs(CLAIMED)).toBe(CLAIMED);
  const before = await rowsRead();
  expect(await runs(CLAIMED)).toBe(CLAIMED);
  expect((await rowsRead()) - before).toBeLessThan(CLAIMED * MOST_READ);
});

test("a department is read without all the others", async () => {
  const ids = await departments(500);
  for (let round = 0; round < 8; round++) await store.departments(ids.slice(0, CLAIMED));
  const before = await rowsRead();
  expect((await store.departments(ids.slice(0, CLAIMED))).size).toBe(CLAIMED);
  expect((await rowsRead()) - before).toBeLessThan(CLAIMED * MOST_READ);
});

test("people are read without the groups that they are not in", async () => {
  await departments(500);
  const ids = await peopleInGroups(2_000, 500);
  for (let round = 0; round < 8; round++) await store.people(ids.slice(0, CLAIMED));
  const before = await pagesRead();
  const people = await store.people(ids.slice(0, CLAIMED));
  expect([...people.values()].map((person) => person.groups.map(({ placement }) => placement))).toEqual(
    Array(CLAIMED).fill(["department"]),
  );
  expect((await pagesRead()) - before).toBeLessThan(CLAIMED * MOST_PAGES);
});

test("the members of a small group are read without all people", async () => {
  // By the statistics, every group has a thousand.
  await departments(3);
  await peopleInGroups(3_000, 3);
  const { rows } = await pool.query<{ id: string }>(
    `with small as (
       insert into groups (id, source_id, display_name, display_name_key, document, created_at, modified_at)
       select gen_random_uuid(), (select id from sources limit 1), 'Small', 'small', '{}', now(), now() returning id),
     joined as (insert into group_members (group_id, user_id) select s.id, u.id from small s, (select id from users order by id limit 4) u)
     select id from small`,
  );
  const { fewMembersOf, firstMembersOf } = createGroupStore(pool, ["dingtalk"], testVault);
  const read = () => Promise.all([fewMembersOf(rows[0]!.id, 20), firstMembersOf([rows[0]!.id], 20)]);
  for (let round = 0; round < 8; round++) await read();
  const before = await pagesRead(["users", "group_members"]);
  const [few, first] = await read();
  expect([few.members.length, first.get(rows[0]!.id)?.length]).toEqual([4, 4]);
  expect((await pagesRead(["users", "group_members"])) - before).toBeLessThan(2 * 4 * MOST_PAGES);
});
