import type { EntityKind } from "../core/entity.ts";
import type { FilterNode } from "../filter/ast.ts";
import type { EventCode, HistoryEvent, LoggedEvent } from "./event.ts";
import {
  EVENT_ATTRIBUTES,
  type EventLog,
  type Period,
  type RelatedQuery,
  type Relation,
} from "./event-log.ts";

export interface WalkQuery {
  readonly period?: Partial<Period>;
  /** Only events of this code. */
  readonly code?: EventCode;
  readonly filter?: FilterNode;
}

const PAGE = 1_000;
const named = (name: string) => EVENT_ATTRIBUTES.find((attribute) => attribute.name === name)!;
const [AT, CODE] = [named("at"), named("code")];

/**
 * All events of a period and a filter, oldest first, one page at a time. So memory does not grow with the
 * history.
 */
export async function* walk(log: EventLog, query: WalkQuery): AsyncIterable<readonly HistoryEvent[]> {
  const filter = filterOf(query);
  for (let after: string | undefined, more = true; more; ) {
    const page = await log.list({
      order: "oldest",
      count: PAGE,
      ...(filter ? { filter } : {}),
      ...(after ? { after } : {}),
    });
    if (page.events.length > 0) yield page.events;
    after = page.next;
    more = after !== undefined;
  }
}

/** All events with a relation to one of the ids, oldest first, one page at a time. */
export async function* allRelated(
  log: EventLog,
  by: Relation,
  ids: readonly string[],
  query: Pick<RelatedQuery, "codes" | "kind">,
): AsyncIterable<readonly LoggedEvent[]> {
  for (let after: string | undefined, more = true; more; ) {
    const page = await log.related(by, ids, { ...query, count: PAGE, ...(after ? { after } : {}) });
    if (page.events.length > 0) yield page.events;
    after = page.next;
    more = after !== undefined;
  }
}

/** A group has no object of its own at the target: it becomes these. */
export const CONTAINERS: readonly EntityKind[] = ["department", "role"];

/**
 * The intents of departments and roles that these events led to, one page at a time. A change of a group may
 * lead to writes of many thousand people.
 */
export async function* intentsOfContainers(
  log: EventLog,
  causes: readonly string[],
): AsyncIterable<readonly LoggedEvent[]> {
  for (const kind of CONTAINERS) {
    for (let from = 0; from < causes.length; from += PAGE)
      yield* allRelated(log, "cause", causes.slice(from, from + PAGE), { codes: ["target.intent"], kind });
  }
}

/** The conditions of a query as one filter. Undefined: the query has no condition. */
export function filterOf({ period = {}, code, filter }: WalkQuery): FilterNode | undefined {
  const nodes: FilterNode[] = [
    ...(period.from
      ? [{ op: "compare", operator: "ge", attribute: AT, value: period.from.toISOString() } as const]
      : []),
    ...(period.to
      ? [{ op: "compare", operator: "lt", attribute: AT, value: period.to.toISOString() } as const]
      : []),
    ...(code ? [{ op: "compare", operator: "eq", attribute: CODE, value: code } as const] : []),
    ...(filter ? [filter] : []),
  ];
  return nodes.length > 1 ? { op: "and", nodes } : nodes[0];
}
