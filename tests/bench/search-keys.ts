import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openDatabase } from "../../src/database/open.ts";
import { createUserDirectory, type UserDirectory } from "../../src/directory/users.ts";
import { readUser } from "../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../src/store/create.ts";
import { keyColumns } from "../../src/store/key-columns.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import { keysOfRecord, searchKeysOfRow } from "../../src/store/search-keys.ts";
import { BENCH_VAULT } from "./bench-key.ts";
import { entraUser, idOf, namesOf } from "./people.ts";
import { cpuMsWithChildren } from "./processes.ts";
import { onStage, runBench, type Stage } from "./stage.ts";

/*
 * What the keys for searches (store/search-keys.ts) cost a create and an update: the same writes, without
 * HTTP, to databases with keys and index, with the keys of digits only, with keys alone, without either, and
 * with an index that PostgreSQL works the keys out for, turn by turn. Flushes of the index and vacuums are
 * part of it.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/search-keys.ts --turns 8 --people 20000
 */

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "8" },
    people: { type: "string", default: "20000" },
    fill: { type: "string", default: "100000" },
    ways: { type: "string" },
  },
});
const [turns, people, fill] = [values.turns, values.people, values.fill].map(Number) as [
  number,
  number,
  number,
];
const WRITERS = 32;
const root = join(__dirname, "..", "..");
const print = (line: string) => process.stdout.write(`${line}\n`);

const NO_INDEX = "drop index users_search";
const indexed = (columns: string): string => `create index on users using gin (${columns})`;
interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
}
type Rewritten = (sent: Sent) => Sent;
const inText =
  (rewritten: (text: string) => string): Rewritten =>
  ({ text, values }) => ({ text: rewritten(text), values });
const withoutVersion = inText((text) =>
  text.replace("g.modified_at, 1, ", "g.modified_at, null, ").replace("search_version = u.version + 1, ", ""),
);
const withoutKeys = inText((text) =>
  text
    .replace(", search_keys smallint[]", "")
    .replaceAll(", g.search_keys", "")
    .replaceAll(", search_keys", "")
    .replace("search_version, active", "active")
    .replace("g.modified_at, 1, ", "g.modified_at, ")
    .replace("search_version = u.version + 1, ", ""),
);
/** Keys of digits are from 0 to 19,999. */
const digitsOnly: Rewritten = ({ text, values }) => ({
  text,
  values: values.map((value) =>
    typeof value === "string"
      ? value.replaceAll(
          /"search_keys":\[([^\]]*)\]/g,
          (_whole, keys: string) =>
            `"search_keys":[${keys.split(",").filter((key) => /^1?\d{1,4}$/.test(key))}]`,
        )
      : value,
  ),
});

/** What is done to the schema, and to the statements. */
const WAYS: Readonly<Record<string, readonly [schema: string, rewritten?: Rewritten]>> = {
  neither: [
    `${NO_INDEX}; alter table users drop column search_keys, drop column search_version`,
    withoutKeys,
  ],
  "keys alone": [NO_INDEX],
  "digits only": ["", digitsOnly],
  "keys and index": [""],
  "without a pending list": [`${NO_INDEX}; ${indexed(keysOfRecord("users"))} with (fastupdate = off)`],
  "index by the function": ["", withoutVersion],
};

interface Contender {
  readonly name: string;
  readonly users: UserDirectory;
  readonly pool: Pool;
  readonly sourceId: string;
  readonly ids: string[];
  readonly costs: Record<Kind, number[]>;
  close(): Promise<void>;
}
type Kind = "create" | "update";

async function contender(stage: Stage, name: string): Promise<Contender> {
  const [schema, rewritten] = WAYS[name]!;
  const url = await stage.database(name.replaceAll(" ", "_"));
  const database = await openDatabase({
    url,
    dataDir: "",
    migrations: join(root, "prisma", "migrations"),
    logger: silentLogger,
  });
  const pool = createPool({ url, max: 8, logger: silentLogger });
  const sourceId = randomUUID();
  await pool.query("insert into sources (id, name) values ($1, 'bench')", [sourceId]);
  if (schema !== "") await pool.query(schema);
  const users = createUserDirectory({
    store: createDirectoryStore(rewritten ? rewriting(pool, rewritten) : pool, ["dingtalk"], BENCH_VAULT),
    clock: systemClock,
  });
  return {
    name,
    users,
    pool,
    sourceId,
    ids: [],
    costs: { create: [], update: [] },
    async close() {
      await pool.end();
      await database.stop();
    },
  };
}

function rewriting(pool: Pool, rewritten: Rewritten): Pool {
  const query = pool.query.bind(pool) as (config: Sent) => unknown;
  return Object.assign(Object.create(pool) as Pool, {
    query: (config: Sent) => query({ ...config, ...rewritten(config) }),
  });
}

function person(n: number): Record<string, unknown> {
  const { userName, displayName } = namesOf(n);
  const user = entraUser("bench", n);
  return {
    ...user,
    userName,
    displayName,
    externalId: idOf("external", n),
    emails: [{ primary: true, type: "work", value: userName }],
  };
}

let made = 0;
const context = ({ sourceId }: Contender) => ({ sourceId, actor: "token:bench", requestId: randomUUID() });

async function write(one: Contender, kind: Kind, count: number): Promise<void> {
  let left = count;
  const writer = async () => {
    while (left-- > 0) {
      const n = made++;
      if (kind === "create")
        one.ids.push((await one.users.create(context(one), readUser(person(n) as never))).id);
      else
        await one.users.change(context(one), one.ids[n % one.ids.length]!, (current) =>
          readUser({ ...current, title: `t${n}` }),
        );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function bench(stage: Stage): Promise<number> {
  const contenders: Contender[] = [];
  try {
    for (const name of values.ways?.split(",") ?? Object.keys(WAYS))
      contenders.push(await contender(stage, name));
    for (const one of contenders) await write(one, "create", fill);
    for (let turn = 0; turn < turns; turn++) {
      // There and back: what changes with the time meets all alike.
      for (const one of turn % 2 === 0 ? contenders : [...contenders].reverse()) {
        for (const kind of ["create", "update"] as const) {
          const before = cpuMsWithChildren(stage.postgresPid);
          await write(one, kind, people);
          const cost = ((cpuMsWithChildren(stage.postgresPid) - before) * 1_000) / people;
          one.costs[kind].push(cost);
          print(`turn ${turn}, ${kind}, ${one.name}: ${cost.toFixed(1)} µs`);
        }
      }
    }
    for (const kind of ["create", "update"] as const)
      for (const { name, costs } of contenders)
        print(
          `${kind}, ${name}: PostgreSQL ${median(costs[kind]).toFixed(1)} µs (${costs[kind].map((cost) => cost.toFixed(0)).join(" ")})`,
        );
    for (const { name, pool } of contenders) print(`${name}: ${await sizeOf(pool)}`);
    print(`the keys of a person in the server: ${hereUs().toFixed(2)} µs`);
    return 0;
  } finally {
    for (const one of contenders) await one.close();
  }
}

async function sizeOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ rows: number; table: number; search: number | null }>(
    `select (select count(*)::int from users) as rows, pg_table_size('users')::int as table,
        (select pg_relation_size(c.oid)::int from pg_class c where c.relname in ('users_search', 'users_case_idx')) as search`,
  );
  const { rows: people, table, search } = rows[0]!;
  return `${people} people, table ${(table / people).toFixed(0)} bytes each, index of keys ${((search ?? 0) / people).toFixed(0)}`;
}

function hereUs(): number {
  const some = Array.from({ length: 1_000 }, (_, n) => readUser(person(n) as never));
  const rounds = 200;
  const begin = systemClock.monotonicMs();
  for (let round = 0; round < rounds; round++)
    for (const { columns, document } of some) {
      const keys = keyColumns(columns);
      JSON.stringify(searchKeysOfRow(keys, document));
    }
  const withKeys = systemClock.monotonicMs() - begin;
  const again = systemClock.monotonicMs();
  for (let round = 0; round < rounds; round++) for (const { columns } of some) keyColumns(columns);
  return ((withKeys - (systemClock.monotonicMs() - again)) * 1_000) / rounds / some.length;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

runBench(() => onStage(bench));
