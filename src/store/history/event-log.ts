import type pg from "pg";
import type { EntityKind, JsonObject } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import { isUuid } from "../../core/id.ts";
import type { FilterNode, QueryAttribute } from "../../filter/ast.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import type { Changes, EventCode, LoggedEvent, Outcome } from "../../history/event.ts";
import type { EventLog } from "../../history/event-log.ts";
import { compare, type SqlValue } from "../filter/comparison.ts";
import type { EventValues, Vault } from "../personal/vault.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters, type Parameters } from "../postgres/parameters.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

/** Of `history h`, as `loggedEvent` reads them. */
export const COLUMNS = `h.id, h.at, h.code, h.actor, h.source_id, h.request_id, h.causes, h.subject_kind, h.subject, h.target, h.attempt, h.outcome, h.changes, h.attributes, h.members, h.sealed, h.detail,
  case when h.sealed is not null then (select k.wrapped from subject_keys k where k.subject = h.subject) end as wrapped`;

/** A story is bounded: a change of a group's name may have moved ten thousand people. */
const MAX_EFFECTS = 1_000;

const ONE: Statement = { name: "event-one", text: `select ${COLUMNS} from history h where h.id = $1` };
const CAUSES: Statement = { name: "event-causes", text: `select ${COLUMNS} from history h where h.id = any($1::uuid[]) order by h.id` };
const EFFECTS: Statement = {
  name: "event-effects",
  text: `with recursive led_to(id) as (
    select h.id from history h where h.causes @> array[$1::uuid] and h.causes <> '{}'
    union
    select h.id from led_to l join history h on h.causes @> array[l.id] and h.causes <> '{}')
  select ${COLUMNS} from (select id from led_to limit ${MAX_EFFECTS + 1}) l join history h on h.id = l.id order by h.id`,
};

export interface EventRow extends pg.QueryResultRow {
  id: string;
  at: Date;
  code: EventCode;
  actor: string;
  source_id: string | null;
  request_id: string | null;
  causes: string[];
  subject_kind: EntityKind | null;
  subject: string | null;
  target: string | null;
  attempt: number | null;
  outcome: Outcome | null;
  /** Of events from before values were encrypted, until they are too. */
  changes: string | null;
  attributes: string[] | null;
  members: string | null;
  sealed: Buffer | null;
  wrapped: Buffer | null;
  detail: string | null;
}

export function createEventLog(pool: Pool, vault: Vault): EventLog {
  const eventOf = (row: EventRow): LoggedEvent => loggedEvent(row, vault);

  return {
    async list({ filter, after, count }) {
      const parameters = createParameters();
      const conditions = filter ? [compile(filter, parameters)] : [];
      if (after !== undefined) {
        if (!isUuid(after)) throw new InvalidFilter("after must be the id of an event");
        conditions.push(`h.id < ${parameters.add(after, "uuid")}`);
      }
      const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
      const limit = parameters.add(count + 1, "bigint");
      const statement = { name: "", text: `select ${COLUMNS} from history h ${where} order by h.id desc limit ${limit}` };
      const rows = await (filter && !isServed(filter)
        ? pool.scans.run<EventRow>("history", statement, parameters.values)
        : run<EventRow>(pool, statement, parameters.values));
      const { items: events, more } = pageOf(rows.map(eventOf), count, ({ id }) => id);
      return { events, ...more };
    },

    async story(id) {
      if (!isUuid(id)) return undefined;
      const [row] = await run<EventRow>(pool, ONE, [id]);
      if (!row) return undefined;
      const causes = row.causes.length > 0 ? await run<EventRow>(pool, CAUSES, [row.causes]) : [];
      const effects = await run<EventRow>(pool, EFFECTS, [id]);
      return {
        event: eventOf(row),
        causes: causes.map(eventOf),
        effects: effects.slice(0, MAX_EFFECTS).map(eventOf),
        truncated: effects.length > MAX_EFFECTS,
      };
    },
  };
}

export function loggedEvent(row: EventRow, vault: Vault): LoggedEvent {
  const { changes, personal, erased } = valuesIn(row, vault);
  return {
    id: row.id,
    at: row.at,
    code: row.code,
    actor: row.actor,
    causes: row.causes,
    ...(row.source_id ? { sourceId: row.source_id } : {}),
    ...(row.request_id ? { requestId: row.request_id } : {}),
    ...(row.subject_kind && row.subject ? { subject: { kind: row.subject_kind, id: row.subject } } : {}),
    ...(row.target ? { target: row.target } : {}),
    ...(row.attempt === null ? {} : { attempt: row.attempt }),
    ...(row.outcome ? { outcome: row.outcome } : {}),
    ...(changes ? { changes } : {}),
    ...(row.detail ? { detail: JSON.parse(row.detail) as JsonObject } : {}),
    ...(personal ? { personal } : {}),
    ...(erased ? { erased } : {}),
  };
}

function valuesIn(row: EventRow, vault: Vault): Pick<LoggedEvent, "changes" | "personal" | "erased"> {
  const { id, subject, sealed, wrapped } = row;
  if (row.changes !== null) return { changes: JSON.parse(row.changes) as Changes };
  const members = row.members === null ? {} : { members: JSON.parse(row.members) as Changes[string] };
  const hasValues = sealed !== null && subject !== null;
  const values = hasValues ? (vault.open({ subject, about: id, sealed, wrapped }) as EventValues | undefined) : {};
  // Whose values are gone, or never were kept, shows what changed all the same.
  const names = Object.fromEntries((row.attributes ?? []).map((name) => [name, {}]));
  const changes = { ...names, ...values?.changes, ...members };
  return {
    ...(Object.keys(changes).length > 0 ? { changes } : {}),
    ...(values?.detail ? { personal: values.detail } : {}),
    ...(values === undefined ? { erased: true } : {}),
  };
}

/** The same meaning as filters of people have (filter/ast.ts): what is NULL is not true, and every negation is `is not true`. */
function compile(node: FilterNode, parameters: Parameters): string {
  switch (node.op) {
    case "and":
    case "or":
      return `(${node.nodes.map((child) => compile(child, parameters)).join(` ${node.op} `)})`;
    case "not":
      return `((${compile(node.node, parameters)}) is not true)`;
    case "present":
      return anyOf(node.attribute, (value) => value.present);
    case "compare": {
      const { operator, attribute, value: literal } = node;
      if (operator === "eq" && typeof literal === "string" && UUIDS.has(attribute.name)) {
        return isUuid(literal) ? `(h.${UUIDS.get(attribute.name)} = ${parameters.add(literal, "uuid")})` : "false";
      }
      if (operator !== "ne") return anyOf(attribute, (value) => compare(value, operator, attribute, literal, parameters));
      const equal = anyOf(attribute, (value) => compare(value, "eq", attribute, literal, parameters));
      return `((${equal}) is not true)`;
    }
    case "some":
      throw new InvalidFilter(`filter: ${node.attribute.name} has no parts`);
    default:
      return unreachable(node);
  }
}

/** Kept as uuid, and served by an index when compared as one. */
const UUIDS: ReadonlyMap<string, string> = new Map([
  ["source", "source_id"],
  ["subject", "subject"],
  ["requestId", "request_id"],
]);

/** Of one thing or one request there are few events, and an index knows them. */
const SERVED: ReadonlySet<string> = new Set(["subject", "requestId"]);

function isServed(node: FilterNode): boolean {
  if (node.op === "and") return node.nodes.some(isServed);
  return node.op === "compare" && node.operator === "eq" && SERVED.has(node.attribute.name);
}

function anyOf(attribute: QueryAttribute, condition: (value: SqlValue) => string): string {
  if (attribute.name === "attribute") {
    const changed = condition({ kind: "text", sql: `k.name collate "C"`, present: "true" });
    return `exists (select 1 from unnest(case when h.changes is null then h.attributes else array(select json_object_keys(h.changes)) end) as k(name) where ${changed})`;
  }
  if (attribute.name === "at") return `(${condition({ kind: "instant", sql: "h.at", present: "true" })})`;
  const column = `h.${UUIDS.get(attribute.name) ?? attribute.name}`;
  return `(${condition({ kind: "text", sql: `${column}::text collate "C"`, present: `${column} is not null` })})`;
}
