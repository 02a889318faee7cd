import fc from "fast-check";
import type pg from "pg";
import { uuidv7 } from "../../../src/core/id.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { readStats } from "../../../src/store/status/figures.ts";
import { createTestDatabase } from "../../support/postgres/test-database.ts";
import { seed } from "../../support/seed.ts";
import { plainFigures } from "./plain-figures.ts";

/* The figures are what plain counts come to, and are had without reading everybody. */

const TARGET = "dingtalk";
const PEOPLE = 20_000;

let pool: pg.Pool;
let close: () => Promise<void>;
const source = uuidv7(0);

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4, logger: silentLogger });
  await pool.query("insert into sources (id, name) values ($1, 'default')", [source]);
  close = async () => {
    await pool.end();
    await database.drop();
  };
});
afterAll(() => close());

const empty = async (): Promise<void> => {
  for (const table of ["users", "groups", "entity_states", "links"]) await pool.query(`delete from ${table}`);
};
beforeEach(empty);

interface Entity {
  readonly kind: "user" | "group" | "department" | "role";
  readonly known: boolean;
  readonly active: boolean;
  readonly state: string;
  readonly link: "none" | "intended" | "owned";
  readonly timed: boolean;
  readonly leased: boolean;
  /** Milliseconds. */
  readonly dueFor: number | undefined;
}

const entity: fc.Arbitrary<Entity> = fc
  .record({
    kind: fc.constantFrom("user", "user", "user", "group", "department", "role"),
    known: fc.boolean(),
    active: fc.boolean(),
    state: fc.constantFrom("inSync", "due", "waiting", "held", "parked"),
    link: fc.constantFrom("none", "intended", "owned"),
    timed: fc.boolean(),
    leased: fc.boolean(),
    dueFor: fc.option(fc.nat(1e9), { nil: undefined }),
  })
  .map((any): Entity => {
    const { kind, known, active, state } = any as Entity;
    const ofDirectory = kind === "user" || kind === "group";
    // What the loop never leaves behind: somebody in sync who has gone, and an active person in sync who is
    // not there.
    if (state === "inSync" && ofDirectory && !known) return { ...any, state: "held" } as Entity;
    return state === "inSync" && kind === "user" && active
      ? ({ ...any, link: "owned" } as Entity)
      : (any as Entity);
  });

async function make(entities: readonly Entity[]): Promise<void> {
  const rows = JSON.stringify(entities.map((each, at) => ({ ...each, id: uuidv7(at), at })));
  const from = `json_to_recordset($1::json) as e(id uuid, at int, kind text, known boolean, active boolean, state text, link text, timed boolean,
    leased boolean, "dueFor" float8)`;
  await pool.query(
    `insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
     select id, $2, active, at, at, '{}', now(), now() from ${from} where kind = 'user' and known`,
    [rows, source],
  );
  await pool.query(
    `insert into groups (id, source_id, display_name, display_name_key, document, created_at, modified_at)
     select id, $2, at, at, '{}', now(), now() from ${from} where kind = 'group' and known`,
    [rows, source],
  );
  for (const target of [TARGET, "other"]) {
    await pool.query(
      `insert into entity_states (target, kind, entity_id, state, next_at, lease, due_since)
       select $2, kind, id, case when $2 = 'other' then 'due' else state end, case when timed then now() end, case when leased then gen_random_uuid() end,
         now() - "dueFor" * interval '1 ms' from ${from}`,
      [rows, target],
    );
    await pool.query(
      `insert into links (target, kind, entity_id, status) select $2, kind, id, link from ${from} where link <> 'none'`,
      [rows, target],
    );
  }
}

test("they are what plain counts come to, whatever the states", async () => {
  await fc.assert(
    fc
      .asyncProperty(fc.array(entity, { maxLength: 60 }), async (entities) => {
        await make(entities);
        const { asOf, calls, ...figures } = await readStats(pool, TARGET);
        expect(figures).toEqual(await plainFigures(pool, TARGET));
        expect(asOf).toBeInstanceOf(Date);
        expect(calls).toEqual([]);
      })
      .beforeEach(empty),
    { numRuns: 40 },
  );
});

test("percentiles are of those in sync that were settled within a day, the last ten thousand of them", async () => {
  const settled = (count: number, state: string, ago: string, latencyMs: number | null) =>
    seed(
      pool,
      `insert into entity_states (target, kind, entity_id, state, settled_at, latency_ms)
       select $5, 'user', gen_random_uuid(), $2, now() - $3::interval, $4 from generate_series(1, $1::int)`,
      [count, state, ago, latencyMs, TARGET],
    );
  const latency = async () => (await readStats(pool, TARGET)).latencyMs;
  await settled(5, "inSync", "25 hours", 9);
  await settled(5, "due", "1 hour", 9);
  await settled(5, "inSync", "1 hour", null);
  expect(await latency()).toBeUndefined();
  await settled(50, "inSync", "2 hours", 100);
  await settled(50, "inSync", "1 hour", 300);
  expect(await latency()).toEqual({ p50: 200, p95: 300, p99: 300 });
  await settled(10_000, "inSync", "10 minutes", 7);
  expect(await latency()).toEqual({ p50: 7, p95: 7, p99: 7 });
});

test("nobody in sync is read one by one", async () => {
  await seed(
    pool,
    `with new as (
       insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
       select gen_random_uuid(), $1, i % 50 <> 0, i, i, json_build_object('title', repeat('x', 300)), now(), now() from generate_series(1, $2::int) i returning id),
     linked as (insert into links (target, kind, entity_id, remote_id, status) select $3, 'user', id, id::text, 'owned' from new)
     insert into entity_states (target, kind, entity_id, state, settled_at, latency_ms) select $3, 'user', id, 'inSync', now() - random() * interval '9 days', 500 from new`,
    [source, PEOPLE, TARGET],
  );
  await pool.query(
    "update entity_states set state = 'due', next_at = now() where entity_id in (select entity_id from entity_states where target = $1 limit 20)",
    [TARGET],
  );
  await pool.query("vacuum analyze");

  const plans: string[] = [];
  const query = pool.query.bind(pool) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
  const explaining = {
    async query({ text, values }: pg.QueryConfig) {
      const { rows } = await query({ text: `explain (costs off) ${text}`, ...(values ? { values } : {}) });
      plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
      return query({ text, ...(values ? { values } : {}) });
    },
  } as unknown as pg.Pool;
  expect((await readStats(explaining, TARGET)).states).toMatchObject({ inSync: PEOPLE - 20, due: 20 });
  const text = plans.join("\n");
  expect(text).not.toMatch(/Seq Scan on (users|entity_states|links)/);
  for (const index of [
    "entity_states_open",
    "users_inactive",
    "entity_states_settled",
    "users_pkey",
    "links_pkey",
  ])
    expect(text).toContain(index);
});

test("they are right when more are open than are looked up one by one", async () => {
  await seed(
    pool,
    `with new as (
       insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
       select gen_random_uuid(), $1, i % 50 <> 0, i, i, '{}', now(), now() from generate_series(1, 500) i returning id),
     linked as (insert into links (target, kind, entity_id, status) select $2, 'user', id, 'owned' from new limit 200)
     insert into entity_states (target, kind, entity_id, state, next_at) select $2, 'user', id, 'due', now() from new
     union all select $2, 'user', gen_random_uuid(), 'held', null from generate_series(1, 50000)`,
    [source, TARGET],
  );
  expect(await readStats(pool, TARGET)).toMatchObject(await plainFigures(pool, TARGET));
});
