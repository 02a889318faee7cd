import { unreachable } from "../../core/errors.ts";
import { isUuid, latestIdAt, oldestIdAt } from "../../core/id.ts";
import type { CompareNode, FilterNode, QueryAttribute } from "../../filter/ast.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import { compare, type SqlValue } from "../filter/comparison.ts";
import type { Parameters } from "../postgres/parameters.ts";

/* Compiles a filter of events to SQL over `history h`, and selects the index that answers it. */

/**
 * The meaning is that of filters of people (filter/ast.ts): a condition that is NULL is not true, and every
 * negation is written as `is not true`.
 */
export function compileEventFilter(node: FilterNode, parameters: Parameters): string {
  switch (node.op) {
    case "and":
    case "or":
      return `(${node.nodes.map((child) => compileEventFilter(child, parameters)).join(` ${node.op} `)})`;
    case "not":
      return `((${compileEventFilter(node.node, parameters)}) is not true)`;
    case "present":
      return anyOf(node.attribute, (value) => value.present);
    case "compare": {
      const { operator, attribute, value: literal } = node;
      if (operator === "eq" && typeof literal === "string" && UUIDS.has(attribute.name)) {
        return isUuid(literal)
          ? `(h.${UUIDS.get(attribute.name)} = ${parameters.add(literal, "uuid")})`
          : "false";
      }
      if (operator !== "ne")
        return anyOf(attribute, (value) => compare(value, operator, attribute, literal, parameters));
      const equal = anyOf(attribute, (value) => compare(value, "eq", attribute, literal, parameters));
      return `((${equal}) is not true)`;
    }
    case "some":
      throw new InvalidFilter(`filter: ${node.attribute.name} has no sub-attributes`);
    default:
      return unreachable(node);
  }
}

/** Attributes with a column of type uuid. Their index serves only comparisons of uuids. */
const UUIDS: ReadonlyMap<string, string> = new Map([
  ["source", "source_id"],
  ["subject", "subject"],
  ["requestId", "request_id"],
]);

function anyOf(attribute: QueryAttribute, condition: (value: SqlValue) => string): string {
  if (attribute.name === "attribute") {
    const changed = condition({ kind: "text", sql: `k.name collate "C"`, present: "true" });
    return `exists (select 1 from unnest(case when h.changes is null then h.attributes else array(select json_object_keys(h.changes)) end) as k(name) where ${changed})`;
  }
  if (attribute.name === "at") return `(${condition({ kind: "instant", sql: "h.at", present: "true" })})`;
  const column = `h.${UUIDS.get(attribute.name) ?? attribute.name}`;
  return `(${condition({ kind: "text", sql: `${column}::text collate "C"`, present: `${column} is not null` })})`;
}

/** The way to find the events of a filter by an index. */
export interface EventIndex {
  /** Conditions that are true for all events of the filter, in a form that an index serves. */
  readonly conditions: readonly string[];
  /** A column that has the same value in all events of the filter. The order has it before the id. */
  readonly lead?: string;
  /** No index answers the filter alone: the statement may read many events that do not match. */
  readonly mayScan: boolean;
}

/** Few events have the same subject or the same request. */
const FEW: ReadonlySet<string> = new Set(["subject", "requestId"]);
const LEADS = ["code", "actor"] as const;

/**
 * Selects the index. An order by code or actor before the id prevents a plan that walks all events by id
 * until enough of them match. The planner ignores a column in the order if an equality fixes it, so the
 * equality is written as a range. Ids begin with the time of their event, so a time becomes a range of ids.
 */
export function indexOf(filter: FilterNode | undefined, parameters: Parameters): EventIndex {
  const leaves = filter === undefined ? [] : filter.op === "and" ? filter.nodes : [filter];
  const compared = leaves.filter((node): node is CompareNode => node.op === "compare");
  const equalTo = (name: string) =>
    compared.find(
      ({ operator, attribute, value }) => operator === "eq" && attribute.name === name && value !== "",
    );
  const times = compared.filter(({ attribute }) => attribute.name === "at");
  const conditions = times.flatMap((node) => idRange(node, parameters));
  if (compared.some(({ operator, attribute }) => operator === "eq" && FEW.has(attribute.name)))
    return { conditions, mayScan: false };
  const others = leaves.length - times.length;
  for (const lead of LEADS) {
    const node = equalTo(lead);
    if (!node) continue;
    const value = parameters.add(node.value, "text");
    return {
      conditions: [...conditions, `h.${lead} >= ${value} and h.${lead} <= ${value}`],
      lead: `h.${lead}`,
      mayScan: others > 1,
    };
  }
  const changed = equalTo("attribute");
  if (!changed) return { conditions, mayScan: others > 0 };
  // Events of earlier versions have no list of attribute names until their values are encrypted.
  const names = `(h.attributes @> array[${parameters.add(changed.value, "text")}] or h.changes is not null)`;
  return { conditions: [...conditions, names], mayScan: others > 1 };
}

/**
 * Tolerance between the time in an id and the time of the event. Usually both are the same reading of a
 * clock. For events made in the database they differ by the length of a transaction.
 */
export const SLACK_MS = 60_000;

function idRange({ operator, value }: CompareNode, parameters: Parameters): readonly string[] {
  const ms = Date.parse(String(value));
  const from = () => `h.id >= ${parameters.add(oldestIdAt(ms - SLACK_MS), "uuid")}`;
  const to = () => `h.id <= ${parameters.add(latestIdAt(ms + SLACK_MS), "uuid")}`;
  if (operator === "eq") return [from(), to()];
  if (operator === "gt" || operator === "ge") return [from()];
  return operator === "lt" || operator === "le" ? [to()] : [];
}
