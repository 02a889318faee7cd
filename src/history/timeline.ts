import type { JsonObject } from "../core/entity.ts";
import { DIRECTORY_CODES, type EventCode, type HistoryEvent, RECORD_CODES } from "./event.ts";
import type { EventLog, RelatedQuery } from "./event-log.ts";
import { allRelated } from "./walk.ts";

/*
 * The steps of a change: received → committed → planned → held or sent → answered.
 * `received`: the request arrived. `committed`: the change was stored with its event. `planned`: a run found the difference to the target.
 * Only `readTimeline` does I/O.
 */

export type StepName = "received" | "committed" | "planned" | "held" | "sent" | "answered";

export interface Step {
  readonly step: StepName;
  /** Time of our clock. */
  readonly at: Date;
  /** Time of the target's clock, in whole seconds. */
  readonly targetAt?: Date;
  /** Id of the event that recorded this step. */
  readonly event: string;
  readonly requestId?: string;
  /** Number of the attempt, from 1. */
  readonly attempt?: number;
  /** Of `received` and `committed`: the code of the event. Of `planned`: the action. Of `held`: the limit. Of `answered`: the target's own code. */
  readonly code?: string;
}

export interface Timeline {
  /** Oldest first. */
  readonly steps: readonly Step[];
  /** The `after` of the next page, if there are more events. */
  readonly next?: string;
}

const CHANGES: readonly EventCode[] = [...DIRECTORY_CODES, ...RECORD_CODES];

export function stepsOf(event: HistoryEvent): readonly Step[] {
  const common = {
    event: event.id,
    ...(event.requestId === undefined ? {} : { requestId: event.requestId }),
    ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
  };
  switch (event.code) {
    case "target.intent":
      return [{ step: "planned", at: event.at, ...common, ...codeIn(event.detail, "action") }];
    case "target.outcome":
    case "target.late":
      return callSteps(event).map((step) => ({ ...step, ...common }));
    case "hold.opened":
    case "hold.extended":
      return [{ step: "held", at: event.at, ...common, ...codeIn(event.detail, "limit") }];
    case "grace.started":
      return [{ step: "held", at: event.at, ...common, code: "grace" }];
    default:
      return CHANGES.includes(event.code) ? changeSteps(event, common) : [{ step: "committed", at: event.at, ...common, code: event.code }];
  }
}

function changeSteps(event: HistoryEvent, common: Pick<Step, "event" | "requestId" | "attempt">): readonly Step[] {
  const received = timeIn(event.detail, "receivedAt");
  return [
    ...(received ? [{ step: "received" as const, at: received, ...common, code: event.code }] : []),
    { step: "committed", at: event.at, ...common, code: event.code },
  ];
}

/** The steps of an attempt: its first call was sent, its last call was answered. If no answer arrived, there is no step `answered`. */
function callSteps({ at, detail, outcome }: HistoryEvent): readonly Pick<Step, "step" | "at" | "targetAt" | "code">[] {
  const calls = callsOf(detail);
  const [first, last] = [calls[0], calls.at(-1)];
  if (!first || !last) return [];
  const code = typeof detail?.["answer"] === "string" ? detail["answer"] : last.code;
  const answered = { step: "answered" as const, at, ...(last.targetAt ? { targetAt: last.targetAt } : {}), ...(code ? { code } : {}) };
  return [{ step: "sent", at: first.at ?? at }, ...(outcome === "unknown" ? [] : [answered])];
}

interface TimedCall {
  readonly code?: string;
  readonly at?: Date;
  readonly targetAt?: Date;
}

/** The calls of an outcome with their times. Calls of earlier versions have no times. */
export function callsOf(detail: JsonObject | undefined): readonly TimedCall[] {
  const calls = detail?.["calls"];
  if (!Array.isArray(calls)) return [];
  return calls.map((call) => {
    const fields = typeof call === "object" && call !== null && !Array.isArray(call) ? (call as JsonObject) : {};
    const [at, targetAt] = [timeIn(fields, "at"), timeIn(fields, "targetAt")];
    return { ...codeIn(fields, "code"), ...(at ? { at } : {}), ...(targetAt ? { targetAt } : {}) };
  });
}

export function timeIn(fields: JsonObject | undefined, name: string): Date | undefined {
  const value = fields?.[name];
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? new Date(value) : undefined;
}

const codeIn = (fields: JsonObject | undefined, name: string): { readonly code?: string } =>
  typeof fields?.[name] === "string" ? { code: fields[name] } : {};

export interface TimelineQuery {
  readonly kind: "user" | "group";
  readonly id: string;
  readonly after?: string;
  /** Number of events in a page. The page also has the steps of their causes. */
  readonly count: number;
}

/** A page of the steps of one person or group. Undefined: the history has no such person or group. */
export async function readTimeline(log: EventLog, { kind, id, after, count }: TimelineQuery): Promise<Timeline | undefined> {
  const page = await log.related("subject", [id], { kind, count, ...(after === undefined ? {} : { after }) });
  if (page.events.length === 0) return after === undefined ? undefined : { steps: [] };
  const own = page.events.filter(({ code }) => code !== "marks.merged");
  const there = kind === "user" ? [] : await departmentsOf(log, own);
  const known = new Set([...own, ...there].map((event) => event.id));
  const missing = [...new Set([...own, ...there].flatMap(({ causes }) => causes))].filter((cause) => !known.has(cause));
  const causes = (await allOf(log, "id", missing)).filter(({ code }) => code !== "target.intent" && code !== "target.outcome");
  const subjects = [id, ...there.flatMap(({ subject }) => (subject ? [subject.id] : []))];
  const held = (await allOf(log, "cause", [...known, ...missing], { codes: HOLD_CODES })).filter((event) => holds(event, subjects));
  const events = [...own, ...there, ...causes, ...held];
  const steps = [...new Map(events.map((event) => [event.id, event])).values()].flatMap(stepsOf);
  return { steps: steps.sort(byTime), ...(page.next === undefined ? {} : { next: page.next }) };
}

/** Intents and outcomes of the department or role that a group became. The target has no object for the group itself. */
async function departmentsOf(log: EventLog, events: readonly HistoryEvent[]): Promise<readonly HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  for (const kind of ["department", "role"] as const) {
    // Only these kinds are read: a change of a group may lead to writes of many thousand people.
    const intents = await allOf(log, "cause", idsOf(events), { codes: ["target.intent"], kind });
    found.push(...intents, ...(await allOf(log, "cause", idsOf(intents), { kind })));
  }
  return found;
}

const idsOf = (events: readonly HistoryEvent[]): readonly string[] => events.map(({ id }) => id);

const HOLD_CODES: readonly EventCode[] = ["hold.opened", "hold.extended"];

/** An event of a hold lists the members that joined the hold with this event. A group is held as its department or role. */
const holds = ({ detail }: HistoryEvent, subjects: readonly string[]): boolean =>
  Array.isArray(detail?.["members"]) && detail["members"].some((member) => typeof member === "string" && subjects.includes(member));

const ORDER: readonly StepName[] = ["received", "committed", "planned", "held", "sent", "answered"];
const byTime = (one: Step, other: Step): number =>
  one.at.getTime() - other.at.getTime() || ORDER.indexOf(one.step) - ORDER.indexOf(other.step) || (one.event < other.event ? -1 : 1);

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
