import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

/*
 * prisma/schema.prisma mirrors the migrations (ADR 0040): columns, types, nullability, primary keys, and
 * every index that the language of the schema can express. Lists have no nullability in that language.
 */

interface Table {
  readonly columns: Readonly<Record<string, string>>;
  readonly primaryKey: readonly string[];
  /** By name: `unique` or `gin` where it is, then the columns. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
}

/**
 * Partial indexes, expressions, included columns: the migrations have them, and the schema cannot say them.
 */
const BEYOND_THE_SCHEMA: readonly string[] = [
  "departments_anchor",
  "departments_leaving",
  "departments_managed",
  "departments_origin",
  "departments_path",
  "entity_states_cause",
  "entity_states_manager",
  "entity_states_next",
  "entity_states_open",
  "entity_states_reason",
  "entity_states_recheck",
  "entity_states_settled",
  "entity_states_waiting",
  "groups_parent",
  "hints_entity",
  "hints_open",
  "history_attributes",
  "history_causes",
  "history_checkpoints_published",
  "history_code",
  "history_log_keys_current",
  "history_one_outcome",
  "history_plain",
  "history_request",
  "holds_ending",
  "holds_open",
  "incident_deliveries_due",
  "incidents_open",
  "links_grace",
  "links_manager",
  "links_name",
  "newcomer_notes_due",
  "person_departments_managers",
  "person_departments_settings",
  "person_joins_open",
  "persons_search",
  "placements_managers",
  "scheduled_changes_due",
  "users_inactive",
  "users_manager",
  "users_manager_key",
  "users_person",
  "users_search",
  "users_source_order",
];

const TYPES: Readonly<Record<string, string>> = {
  String: "text",
  Boolean: "boolean",
  Int: "integer",
  BigInt: "bigint",
  Float: "double precision",
  Bytes: "bytea",
  Json: "jsonb",
  DateTime: "timestamp(3) without time zone",
  "@db.Uuid": "uuid",
  "@db.SmallInt": "smallint",
  "@db.Json": "json",
  "@db.Date": "date",
  "@db.Timestamptz": "timestamp with time zone",
  "@db.Timestamptz(3)": "timestamp(3) with time zone",
};

function tablesOf(text: string): Readonly<Record<string, Table>> {
  const models = [...text.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].map(([, body = ""]) => modelOf(body));
  return Object.fromEntries(models);
}

function modelOf(body: string): readonly [string, Table] {
  const lines = body.split("\n").map((line) => line.replace(/\/\/.*$/, "").trim());
  const fields = lines
    .map((line) => /^(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line))
    .filter((field) => field !== null);
  const stored = fields.filter(([, , type = ""]) => type in TYPES);
  const columnOf = new Map(
    stored.map(([, name = "", , , , rest = ""]) => [name, /@map\("(\w+)"\)/.exec(rest)?.[1] ?? name]),
  );
  const namesIn = (list: string): readonly string[] =>
    list.split(",").map((name) => columnOf.get(name.trim()) ?? `? ${name}`);
  const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? "?";
  const indexes: Record<string, readonly string[]> = {};
  const primaryKey: string[] = [];
  for (const [, name = "", , , , rest = ""] of stored) {
    if (/@id\b/.test(rest)) primaryKey.push(columnOf.get(name)!);
    if (/@unique\b/.test(rest))
      indexes[`${table}_${columnOf.get(name)}_key`] = ["unique", columnOf.get(name)!];
  }
  for (const [, kind, list = "", rest = ""] of body.matchAll(/@@(id|unique|index)\(\[([^\]]+)\](.*)\)/g)) {
    if (kind === "id") primaryKey.push(...namesIn(list));
    else
      indexes[
        /map: "(\w+)"/.exec(rest)?.[1] ??
          [table, ...namesIn(list), kind === "unique" ? "key" : "idx"].join("_")
      ] = [
        ...(kind === "unique" ? ["unique"] : []),
        ...(/type: Gin/.test(rest) ? ["gin"] : []),
        ...namesIn(list),
      ];
  }
  const columns = stored.map(([, name = "", type = "", list, optional, rest = ""]) => {
    const native = /@db\.\w+(\(\d+\))?/.exec(rest)?.[0];
    return [
      columnOf.get(name)!,
      list ? `${TYPES[native ?? type]}[]` : `${TYPES[native ?? type]}${optional ? "" : " not null"}`,
    ];
  });
  return [table, { columns: Object.fromEntries(columns), primaryKey, indexes }];
}

const COLUMNS = `
  select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull and t.typelem = 0 as required
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
   where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> '_prisma_migrations'`;

/**
 * `plain`: over columns alone, for all rows, with the order, operators and collation that PostgreSQL takes by
 * default.
 */
const INDEXES = `
  select t.relname as table, c.relname as name, x.indisprimary as primary, x.indisunique as unique, am.amname as method,
         array(select a.attname::text from unnest(x.indkey::int[]) with ordinality k(num, place)
                 join pg_attribute a on a.attrelid = t.oid and a.attnum = k.num order by k.place) as columns,
         x.indexprs is null and x.indpred is null and am.amname in ('btree', 'gin') and x.indnatts = x.indnkeyatts
           and not exists (select from unnest(x.indoption::int[]) o where o <> 0)
           and not exists (select from unnest(x.indclass::oid[]) k join pg_opclass o on o.oid = k where not o.opcdefault)
           and not exists (select from unnest(x.indkey::int[], x.indcollation::oid[]) k(num, coll)
                             join pg_attribute a on a.attrelid = t.oid and a.attnum = k.num where a.attcollation <> k.coll) as plain
    from pg_index x join pg_class c on c.oid = x.indexrelid join pg_class t on t.oid = x.indrelid join pg_am am on am.oid = c.relam
   where t.relnamespace = 'public'::regnamespace and t.relname <> '_prisma_migrations'`;

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const schema = tablesOf(readFileSync(join(__dirname, "..", "..", "..", "prisma", "schema.prisma"), "utf8"));

/** Of both sides, one line for each thing, so that a difference names it. */
const lines = (part: (table: Table) => readonly string[]): readonly string[] =>
  Object.entries(schema)
    .flatMap(([name, table]) => part(table).map((text) => `${name} ${text}`))
    .sort();

test("columns have the types and the nullability of the schema", async () => {
  const { rows } = await client.query<{ table: string; name: string; type: string; required: boolean }>(
    COLUMNS,
  );
  const migrated = rows.map(
    ({ table, name, type, required }) => `${table} ${name} ${type}${required ? " not null" : ""}`,
  );
  expect(migrated.sort()).toEqual(
    lines(({ columns }) => Object.entries(columns).map(([name, type]) => `${name} ${type}`)),
  );
});

test("primary keys and indexes are those of the schema, but for those it cannot express", async () => {
  const { rows } = await client.query<Index>(INDEXES);
  const keys = rows
    .filter(({ primary }) => primary)
    .map(({ table, columns }) => `${table} ${columns.join(", ")}`);
  expect(keys.sort()).toEqual(lines(({ primaryKey }) => [primaryKey.join(", ")]));
  const plain = rows
    .filter((index) => index.plain && !index.primary)
    .map((index) => `${index.table} ${index.name}: ${wordsOf(index).join(", ")}`);
  expect(plain.sort()).toEqual(
    lines(({ indexes }) => Object.entries(indexes).map(([name, words]) => `${name}: ${words.join(", ")}`)),
  );
  expect(
    rows
      .filter((index) => !index.plain)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(BEYOND_THE_SCHEMA);
});

interface Index {
  readonly table: string;
  readonly name: string;
  readonly primary: boolean;
  readonly unique: boolean;
  readonly method: string;
  readonly columns: readonly string[];
  readonly plain: boolean;
}

const wordsOf = ({ unique, method, columns }: Index): readonly string[] => [
  ...(unique ? ["unique"] : []),
  ...(method === "gin" ? ["gin"] : []),
  ...columns,
];
