import type { FilterNode } from "../filter/ast.ts";
import type { EventCode, LoggedEvent } from "./event.ts";
import { EVENT_ATTRIBUTES, type EventLog } from "./event-log.ts";

/** The newest change of a person by a source. */
export interface RecentChange {
  readonly person: string;
  readonly event: string;
  readonly at: Date;
  readonly code: EventCode;
}

const CHANGES: readonly EventCode[] = ["user.created", "user.updated", "user.activated", "user.deactivated"];
const CODE = EVENT_ATTRIBUTES.find(({ name }) => name === "code")!;

/**
 * The people of the last `count` changes, newest first, each person once. It reads one page for each code.
 * The index of codes answers each page, however many other events there are.
 */
export async function recentChanges(
  log: Pick<EventLog, "list">,
  count: number,
): Promise<readonly RecentChange[]> {
  const pages = await Promise.all(CHANGES.map((code) => log.list({ filter: isCode(code), count })));
  const newest = pages
    .flatMap(({ events }) => events)
    .sort(byIdBackwards)
    .slice(0, count);
  const people = new Map<string, RecentChange>();
  for (const { id: event, at, code, subject } of newest)
    if (subject?.kind === "user" && !people.has(subject.id))
      people.set(subject.id, { person: subject.id, event, at, code });
  return [...people.values()];
}

const isCode = (value: EventCode): FilterNode => ({ op: "compare", operator: "eq", attribute: CODE, value });

/** Newest first: the order of ids is the order of times. */
const byIdBackwards = (one: LoggedEvent, other: LoggedEvent): number => (one.id < other.id ? 1 : -1);
