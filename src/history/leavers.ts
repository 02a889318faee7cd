import type { EventCode, HistoryEvent } from "./event.ts";
import type { EventLog, Period } from "./event-log.ts";
import { callsOf, timeIn } from "./timeline.ts";
import { walk } from "./walk.ts";

/*
 * Was the leaver out in time? A leaver is somebody whom the source deactivated or deleted. They are out when the target has answered that they were removed,
 * switched off or moved to the department for leavers. The one conclusion for auditors, the evidence pack and the figures by the week (docs/auditors.md).
 * Pure but for the reading.
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
  /** Out within the limit. Null: not out yet and not late yet, back again within the limit, or never sent to the target. */
  readonly inTime: boolean | null;
  /** `out`: removed, switched off or moved. `open`: still there. `returned`: active again before it was done. `neverThere`: they were never at the target. */
  readonly state: "out" | "open" | "returned" | "neverThere";
}

const LEAVES: readonly EventCode[] = ["user.deactivated", "user.deleted"];
/** The part of a person that `leavings` needs. */
export const LEAVER_CODES: readonly EventCode[] = [...LEAVES, "user.activated", "target.intent", "target.outcome", "adoption.linked"];
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
    const page = await log.related("subject", people, { codes: LEAVER_CODES, kind: "user", count: 1_000, ...(after ? { after } : {}) });
    yield page.events;
    after = page.next;
    more = after !== undefined;
  }
}

export type StoryEvent = Pick<HistoryEvent, "id" | "at" | "code" | "causes" | "outcome" | "detail">;

/** What became of each time this person left, from all events that concern it, in their order. Pure. */
export function leavings(id: string, events: readonly StoryEvent[], limitMinutes: number, now: Date): readonly Leaver[] {
  const found: Leaver[] = [];
  /** At the target, by what it has answered. Somebody who is out of it, or was never there, cannot leave. */
  let standing: "in" | "out" | undefined;
  /** Active again since they were out. */
  let returning = false;
  let leaving: StoryEvent | undefined;
  /** Writes that may have been carried out, for all that is known. */
  const open = new Set<string>();
  const close = (state: Leaver["state"], end: { readonly outcome?: StoryEvent; readonly at: Date }): void => {
    if (leaving) found.push(verdict(id, leaving, state, end, limitMinutes));
    leaving = undefined;
  };

  function done(outcome: StoryEvent, intent: string): void {
    const action = String(outcome.detail?.["action"]);
    if (leaving && ENDS.includes(action) && intent > leaving.id) {
      standing = "out";
      close("out", { outcome, at: outcome.at });
    } else if (action === "remove" || action === "suspend") standing = "out";
    else if (action !== "update" || standing !== "out" || returning) standing = "in";
    if (standing === "in") returning = false;
    open.clear();
  }

  for (const event of events) {
    if (LEAVES.includes(event.code)) {
      const hasLeft = standing === "out" && !(returning && open.size > 0);
      leaving ??= hasLeft ? undefined : event;
    } else if (event.code === "user.activated") {
      close("returned", { at: event.at });
      returning = standing === "out";
    } else if (event.code === "target.intent") open.add(event.id);
    else if (event.code === "adoption.linked") standing = "in";
    else if (event.code === "target.outcome") {
      const [intent = ""] = event.causes;
      if (event.outcome === "done") done(event, intent);
      else if (event.outcome === "refused" || event.outcome === "notSent") open.delete(intent);
    }
  }
  close(standing === "in" || open.size > 0 ? "open" : "neverThere", { at: now });
  return found;
}

function verdict(
  id: string,
  leaving: StoryEvent,
  state: Leaver["state"],
  { outcome, at }: { readonly outcome?: StoryEvent; readonly at: Date },
  limitMinutes: number,
): Leaver {
  const received = timeIn(leaving.detail, "receivedAt") ?? leaving.at;
  const elapsed = (until: Date) => (until.getTime() - received.getTime()) / 60_000;
  const minutes = outcome ? elapsed(outcome.at) : null;
  const late = state !== "neverThere" && elapsed(at) > limitMinutes;
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
