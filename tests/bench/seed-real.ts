import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { JsonObject } from "../../src/core/entity.ts";
import { sameJson } from "../../src/core/json/same-json.ts";
import { fold } from "../../src/core/text/fold.ts";
import { type RequestContext, requestEvent } from "../../src/directory/context.ts";
import { differences } from "../../src/history/differences.ts";
import { readGroup, readUser } from "../../src/scim/resource/resource.ts";
import { keyColumns } from "../../src/store/key-columns.ts";
import { searchKeysOfRow } from "../../src/store/search-keys.ts";
import { PRIORITY } from "../../src/store/write-sql.ts";
import { BENCH_VAULT } from "./bench-key.ts";
import type { Subject } from "./client.ts";
import { entraUser, groupIdOf, idOf } from "./people.ts";
import { expecting, SCIM, send } from "./workloads.ts";

/*
 * Fills the server's database by SQL, with what its own writes and its worker would have left: what is
 * measured is the running, not the filling. Before that one person and one group are written through the
 * server, and what a row of them looks like is compared. People of the space "seed" are numbered from 0;
 * groups are named by their size, departments by their number; everything is in sync.
 */

const TARGET = "dingtalk";
const CHUNK = 2_000;
/** DingTalk's own: as many departments may lie directly below one. */
const MAX_CHILDREN = 1_000;

export interface Company {
  readonly users: number;
  /** Each holds the first so many people. */
  readonly groupSizes?: readonly number[];
  /** Everybody is in one of them, in turn. */
  readonly departments?: number;
}

interface SeededGroup {
  readonly id: string;
  readonly displayName: string;
  /** Of its department. */
  readonly node: string;
  readonly parent?: string;
  /** Numbers of people. */
  readonly members: Iterable<number>;
}

export async function seedReal(db: Client, server: Subject, company: Company): Promise<void> {
  const { users, groupSizes = [], departments = 0 } = company;
  await db.query("set synchronous_commit = off");
  const { rows } = await db.query<{ id: string }>("select id from sources where name = 'default'");
  const context = {
    sourceId: rows[0]!.id,
    actor: "token:bootstrap",
    requestId: randomUUID(),
    receivedAt: at,
  };
  await compareWithWritten(db, server, context);
  const contentOf = (n: number) => readUser(entraUser("seed", n));
  await fill(db, "users", upTo(users), (n) => userRow(context, idOf("seed", n), contentOf(n)));
  await fillCreated(db, context, "user", upTo(users), (n) => ({
    id: idOf("seed", n),
    document: contentOf(n).document,
  }));
  await fill(db, "entity_states", upTo(users), (n) => stateRow("user", idOf("seed", n), PRIORITY.person));
  await seedGroups(db, context, [...groupSizes.map(groupOfSize), ...departmentsOf(departments, users)]);
  await db.query("vacuum analyze");
}

const groupOfSize = (size: number): SeededGroup => ({
  id: groupIdOf(size),
  displayName: `Group of ${size}`,
  node: idOf("group node", size),
  members: upTo(size),
});

export const departmentIdOf = (n: number): string => idOf("department", n);
export const departmentNodeOf = (n: number): string => idOf("department node", n);

/** Divisions first; the others below them. */
function* departmentsOf(departments: number, users: number): Iterable<SeededGroup> {
  const divisions = Math.ceil(departments / MAX_CHILDREN);
  for (let n = 0; n < departments; n++) {
    const below = n < divisions ? {} : { parent: departmentNodeOf(n % divisions) };
    yield {
      id: departmentIdOf(n),
      displayName: departmentName(n, departments),
      node: departmentNodeOf(n),
      ...below,
      members: every(departments, n, users),
    };
  }
}

export function departmentName(n: number, departments: number): string {
  const divisions = Math.ceil(departments / MAX_CHILDREN);
  return n < divisions ? `Division ${n}` : `Division ${n % divisions}/Team ${n}`;
}

async function seedGroups(
  db: Client,
  context: RequestContext,
  groups: readonly SeededGroup[],
): Promise<void> {
  const nodeOf = ({ node, parent, displayName }: SeededGroup) => {
    const path = displayName.split("/");
    const name = path.at(-1);
    return {
      id: node,
      target: TARGET,
      parent_id: parent,
      name,
      path_key: path.map(fold),
      settings: {},
      external: false,
      present: true,
    };
  };
  const contentOf = ({ displayName }: SeededGroup) => readGroup({ displayName }).content;
  await fill(db, "groups", groups, (group) => groupRow(context, group.id, contentOf(group)));
  await fillCreated(db, context, "group", groups, (group) => ({
    id: group.id,
    document: contentOf(group).document,
  }));
  await fill(db, "departments", groups, nodeOf);
  await fill(db, "placements", groups, ({ id, node }) => ({
    target: TARGET,
    group_id: id,
    kind: "department",
    department_id: node,
  }));
  await fill(db, "entity_states", groups, ({ id }) => stateRow("group", id, PRIORITY.structure));
  await fill(db, "entity_states", groups, ({ node }) => stateRow("department", node, PRIORITY.structure));
  await fill(db, "group_members", membershipsOf(groups), (row) => row);
}

function* membershipsOf(groups: readonly SeededGroup[]) {
  for (const { id, members } of groups)
    for (const n of members) yield { group_id: id, user_id: idOf("seed", n) };
}

type Row = Readonly<Record<string, unknown>>;
type Content = ReturnType<typeof readUser>;
type GroupContent = ReturnType<typeof readGroup>["content"];

const at = new Date();
const base = ({ sourceId }: RequestContext, id: string) => ({
  id,
  source_id: sourceId,
  version: 1,
  created_at: at,
  modified_at: at,
});

function userRow(context: RequestContext, id: string, { columns, document }: Content): Row {
  const keys = keyColumns(columns);
  return {
    ...base(context, id),
    ...keys,
    search_keys: searchKeysOfRow(keys, document),
    search_version: 1,
    document,
  };
}

const groupRow = (context: RequestContext, id: string, { columns, document }: GroupContent): Row => ({
  ...base(context, id),
  display_name: columns.displayName,
  display_name_key: fold(columns.displayName),
  external_id: columns.externalId,
  document,
});

type Kind = "user" | "group";

/** The event, and the key that its values are encrypted under. */
function createdEvent(
  context: RequestContext,
  kind: Kind,
  id: string,
  document: JsonObject,
): { readonly event: Row; readonly key: Row } {
  const { row, wrapped } = BENCH_VAULT.first(
    requestEvent(context, at, `${kind}.created`, { kind, id }, differences({}, document)),
  );
  return { event: { ...row }, key: { subject: id, kind, ref: randomUUID(), wrapped, made_at: at } };
}

interface Created {
  readonly id: string;
  readonly document: JsonObject;
}

async function fillCreated<Item>(
  db: Client,
  context: RequestContext,
  kind: Kind,
  items: Iterable<Item>,
  of: (item: Item) => Created,
): Promise<void> {
  const keys: Row[] = [];
  await fill(db, "history", items, (item) => {
    const { id, document } = of(item);
    const { event, key } = createdEvent(context, kind, id, document);
    keys.push(key);
    return event;
  });
  await fill(db, "subject_keys", keys, (key) => key);
}

const stateRow = (kind: string, id: string, priority: number): Row => ({
  target: TARGET,
  kind,
  entity_id: id,
  state: "inSync",
  priority,
  attempts: 0,
  settled_at: at,
  latency_ms: 1_000,
  desired_generation: 1,
  observed_generation: 1,
  causes: [],
});

/**
 * Builds the next rows while the database takes the ones before. Columns that no row names get their
 * defaults; all rows name the same.
 */
export async function fill<Item>(
  db: Client,
  table: string,
  items: Iterable<Item>,
  rowOf: (item: Item) => Row,
): Promise<void> {
  let sent: Promise<unknown> = Promise.resolve();
  let rows: Row[] = [];
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    const [columns, text] = [Object.keys(rows[0]!).join(", "), JSON.stringify(rows)];
    rows = [];
    await sent;
    sent = db.query(
      `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
      [text],
    );
    // Heard at the next await.
    sent.catch(() => undefined);
  };
  for (const item of items) {
    rows.push(rowOf(item));
    if (rows.length === CHUNK) await flush();
  }
  await flush();
  await sent;
}

/** Has a telephone number that nobody else has. */
const SAMPLE = 40_000_000;

/**
 * Throws when the server writes a person or a group otherwise than this file. Nothing but history is left of
 * them.
 */
async function compareWithWritten(db: Client, server: Subject, context: RequestContext): Promise<void> {
  const make = async (endpoint: string, body: JsonObject): Promise<string> => {
    const { text } = await expecting(server, send("POST", `${SCIM}/${endpoint}`, body), 201);
    return (JSON.parse(text) as { id: string }).id;
  };
  const compare = async (table: string, column: string, id: string, seeded: Row): Promise<void> => {
    const { rows } = await db.query<{ row: Row }>(
      `select to_json(t) as row from ${table} t where ${column} = $1 order by t.id limit 1`,
      [id],
    );
    const plain = JSON.parse(JSON.stringify(seeded)) as Row;
    const names = new Set([...Object.keys(rows[0]!.row), ...Object.keys(plain)]);
    for (const own of ["id", "at", "created_at", "modified_at", "request_id", "actor", "detail"])
      names.delete(own);
    // Encrypted under another key: as long as it should be.
    const { sealed } = rows[0]!.row;
    if (names.delete("sealed") && String(sealed).length !== String(plain["sealed"]).length)
      throw new Error(`the seed of ${table} is not as long as what the server writes`);
    const other = [...names].filter(
      (name) => !sameJson((rows[0]!.row[name] ?? null) as JsonObject, (plain[name] ?? null) as JsonObject),
    );
    if (other.length > 0)
      throw new Error(`the seed of ${table} is not what the server writes: ${other.join(", ")}`);
  };
  const person = entraUser("sample", SAMPLE);
  const id = await make("Users", person as JsonObject);
  await compare("users", "id", id, userRow(context, id, readUser(person)));
  await compare("history", "subject", id, createdEvent(context, "user", id, readUser(person).document).event);
  const group = { displayName: "Sample" };
  const groupId = await make("Groups", group);
  const { content } = readGroup(group);
  await compare("groups", "id", groupId, groupRow(context, groupId, content));
  await compare(
    "history",
    "subject",
    groupId,
    createdEvent(context, "group", groupId, content.document).event,
  );
  for (const path of [`Users/${id}`, `Groups/${groupId}`])
    await expecting(server, { method: "DELETE", path: `${SCIM}/${path}` }, 204);
}

function* upTo(count: number): Iterable<number> {
  for (let n = 0; n < count; n++) yield n;
}

function* every(step: number, from: number, below: number): Iterable<number> {
  for (let n = from; n < below; n += step) yield n;
}
