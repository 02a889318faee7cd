import type { EventCode, HistoryEvent } from "./event.ts";
import type { EventLog, Period } from "./event-log.ts";
import { callsOf, timeIn } from "./timeline.ts";
import { walk } from "./walk.ts";

/*
 * Was the leaver out in time? A leaver is somebody whom the source deactivated or deleted in the period. They are out when the target has answered that they
 * were removed or switched off. Pure but for the reading.
 */

export interface Leaver {
  readonly id: string;
  /** The event that made them a leaver. */
  readonly event: string;
  /** When the request arrived, and when it was stored; equal in events of versions that kept the second only. */
  readonly received: Date;
  readonly committed: Date;
  /** When the call that removed them was sent, and when the target answered it; null while that has not happened. */
  readonly sent: Date | null;
  readonly answered: Date | null;
  /** From received to answered, in whole and tenths. */
  readonly minutes: number | null;
  /** Within the limit. Null: not out yet and not late yet, back again, or never sent to the target. */
  readonly inTime: boolean | null;
  /** `out`: removed or switched off. `open`: still there. `returned`: active again before it was done. `neverThere`: nothing was ever sent about them. */
  readonly state: "out" | "open" | "returned" | "neverThere";
}

const LEAVES: readonly EventCode[] = ["user.deactivated", "user.deleted"];
const CONCERNS: readonly EventCode[] = [...LEAVES, "user.activated", "target.intent", "target.outcome", "adoption.linked"];
/** Who is parked instead of being switched off is there with other departments. */
const ENDS = ["remove", "suspend", "update"];

/** One for each time somebody left, in the order in which they did. */
export async function readLeavers(
  log: EventLog,
  { from, to }: Period,
  { limitMinutes, now }: { readonly limitMinutes: number; readonly now: Date },
): Promise<readonly Leaver[]> {
  const left: HistoryEvent[] = [];
  for (const code of LEAVES) for await (const page of walk(log, { period: { from, to }, code })) left.push(...page);
  const people = [...new Set(left.flatMap(({ subject }) => (subject ? [subject.id] : [])))];
  const events = new Map<string, HistoryEvent[]>(people.map((id) => [id, []]));
  for (let at = 0; at < people.length; at += PEOPLE_AT_ONCE) {
    for await (const page of related(log, people.slice(at, at + PEOPLE_AT_ONCE))) {
      for (const event of page) events.get(event.subject!.id)?.push(event);
    }
  }
  const inPeriod = new Set(left.map(({ id }) => id));
  return people
    .flatMap((id) => leavings(id, events.get(id)!, limitMinutes, now))
    .filter(({ event }) => inPeriod.has(event))
    .sort((one, other) => one.committed.getTime() - other.committed.getTime() || (one.event < other.event ? -1 : 1));
}

const PEOPLE_AT_ONCE = 200;

async function* related(log: EventLog, people: readonly string[]): AsyncIterable<readonly HistoryEvent[]> {
  for (let after: string | undefined, more = true; more; ) {
    const page = await log.related("subject", people, { codes: CONCERNS, kind: "user", count: 1_000, ...(after ? { after } : {}) });
    yield page.events;
    after = page.next;
    more = after !== undefined;
  }
}

/** What became of each time this person left, from all events that concern it, in their order. Pure. */
export function leavings(id: string, events: readonly HistoryEvent[], limitMinutes: number, now: Date): readonly Leaver[] {
  const found: Leaver[] = [];
  let present = false;
  let leaving: HistoryEvent | undefined;
  const intents = new Map<string, HistoryEvent>();
  const close = (state: Leaver["state"], outcome?: HistoryEvent): void => {
    if (leaving) found.push(verdict(id, leaving, state, outcome, limitMinutes, now));
    leaving = undefined;
  };
  for (const event of events) {
    if (LEAVES.includes(event.code)) leaving ??= isOut(found, present) && event.code === "user.deleted" ? undefined : event;
    else if (event.code === "user.activated") close("returned");
    else if (event.code === "target.intent") intents.set(event.id, event);
    else if (event.code === "adoption.linked") present = true;
    else if (event.code === "target.outcome" && event.outcome === "done") {
      const action = event.detail?.["action"];
      if (typeof action === "string" && ENDS.includes(action)) {
        if (leaving && event.causes[0]! > leaving.id) close("out", event);
        present = action !== "remove";
      } else present = true;
    }
  }
  close(present || intents.size > 0 ? "open" : "neverThere");
  return found;
}

/** Whoever was deactivated, removed, and then deleted has left once. */
const isOut = (found: readonly Leaver[], present: boolean): boolean => found.at(-1)?.state === "out" && !present;

function verdict(
  id: string,
  leaving: HistoryEvent,
  state: Leaver["state"],
  outcome: HistoryEvent | undefined,
  limitMinutes: number,
  now: Date,
): Leaver {
  const received = timeIn(leaving.detail, "receivedAt") ?? leaving.at;
  const elapsed = (until: Date) => (until.getTime() - received.getTime()) / 60_000;
  const minutes = outcome ? elapsed(outcome.at) : null;
  const late = state === "open" && elapsed(now) > limitMinutes;
  return {
    id,
    event: leaving.id,
    received,
    committed: leaving.at,
    sent: outcome ? (callsOf(outcome.detail)[0]?.at ?? outcome.at) : null,
    answered: outcome?.at ?? null,
    minutes: minutes === null ? null : Math.round(minutes * 10) / 10,
    inTime: minutes === null ? (late ? false : null) : minutes <= limitMinutes,
    state,
  };
}
