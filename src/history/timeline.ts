import type { EventCode, HistoryEvent } from "./event.ts";
import type { EventLog, RelatedQuery } from "./event-log.ts";
import { type Step, type StepName, stepsOf } from "./steps.ts";
import { allRelated, CONTAINERS, intentsOfContainers } from "./walk.ts";

/*
 * The timeline of one person or group: the steps (steps.ts) of its events, of their causes and of what they
 * led to.
 */

export interface Timeline {
  /** Oldest first. */
  readonly steps: readonly Step[];
  /** The `after` of the next page, if there are more events. */
  readonly next?: string;
}

export interface TimelineQuery {
  readonly kind: "user" | "group";
  readonly id: string;
  readonly after?: string;
  /** Number of events in a page. The page also has the steps of their causes. */
  readonly count: number;
}

/** A page of the steps of one person or group. Undefined: the history has no such person or group. */
export async function readTimeline(
  log: EventLog,
  { kind, id, after, count }: TimelineQuery,
): Promise<Timeline | undefined> {
  const page = await log.related("subject", [id], { kind, count, ...(after === undefined ? {} : { after }) });
  if (page.events.length === 0) return after === undefined ? undefined : { steps: [] };
  const own = page.events.filter(({ code }) => code !== "marks.merged");
  const there = kind === "user" ? [] : await departmentsOf(log, own);
  const known = new Set([...own, ...there].map((event) => event.id));
  const missing = [...new Set([...own, ...there].flatMap(({ causes }) => causes))].filter(
    (cause) => !known.has(cause),
  );
  const causes = (await allOf(log, "id", missing)).filter(
    ({ code }) => code !== "target.intent" && code !== "target.outcome",
  );
  const holds = await allOf(log, "cause", [...known, ...missing], { codes: HOLD_CODES });
  const held = holds.filter(holding([id, ...subjectsOf(there)]));
  // A change that is held has no intent. So a page that starts late may not tell the departments of the
  // group.
  if (kind === "group" && after !== undefined && held.length < holds.length)
    held.push(...holds.filter(holding(await containersOf(log, id))).filter((event) => !held.includes(event)));
  const events = [...own, ...there, ...causes, ...held];
  const steps = [...new Map(events.map((event) => [event.id, event])).values()].flatMap(stepsOf);
  return { steps: steps.sort(byTime), ...(page.next === undefined ? {} : { next: page.next }) };
}

/** Intents and outcomes of the department or role that a group became. */
async function departmentsOf(
  log: EventLog,
  events: readonly HistoryEvent[],
): Promise<readonly HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  for await (const page of intentsOfContainers(log, idsOf(events))) found.push(...page);
  const intents = idsOf(found);
  for (const kind of CONTAINERS) found.push(...(await allOf(log, "cause", intents, { kind })));
  return found;
}

/** Ids of all departments and roles that a group became. */
async function containersOf(log: EventLog, groupId: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const own of allRelated(log, "subject", [groupId], { kind: "group" }))
    for await (const page of intentsOfContainers(log, idsOf(own)))
      for (const id of subjectsOf(page)) found.add(id);
  return [...found];
}

const subjectsOf = (events: readonly HistoryEvent[]): readonly string[] =>
  events.flatMap(({ subject }) => (subject ? [subject.id] : []));

const idsOf = (events: readonly HistoryEvent[]): readonly string[] => events.map(({ id }) => id);

const HOLD_CODES: readonly EventCode[] = ["hold.opened", "hold.extended"];

/**
 * An event of a hold lists the members that joined the hold with this event. A group is held as its
 * department or role.
 */
const holding =
  (subjects: readonly string[]) =>
  ({ detail }: HistoryEvent): boolean =>
    Array.isArray(detail?.["members"]) &&
    detail["members"].some((member) => typeof member === "string" && subjects.includes(member));

const ORDER: readonly StepName[] = ["received", "committed", "planned", "held", "sent", "answered"];
const byTime = (one: Step, other: Step): number =>
  one.at.getTime() - other.at.getTime() ||
  ORDER.indexOf(one.step) - ORDER.indexOf(other.step) ||
  (one.event < other.event ? -1 : 1);

async function allOf(
  log: EventLog,
  by: "id" | "cause",
  ids: readonly string[],
  query: Pick<RelatedQuery, "codes" | "kind"> = {},
): Promise<readonly HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  if (ids.length > 0) for await (const page of allRelated(log, by, ids, query)) found.push(...page);
  return found;
}
