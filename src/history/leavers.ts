import type { EventCode, HistoryEvent } from "./event.ts";
import type { EventLog, Period } from "./event-log.ts";
import { callsOf, timeIn } from "./steps.ts";
import { allRelated, walk } from "./walk.ts";

/*
 * Decides whether a leaver lost access in time. A leaver is a person whom the source deactivated or deleted.
 * A leaver is out when the target has confirmed that the person was removed, switched off or moved to the
 * department for leavers. Auditors, the evidence pack and the weekly figures share this decision
 * (docs/auditors.md). Only `readLeavers` does I/O.
 */

export interface Leaver {
  readonly id: string;
  /** Id of the event that made the person a leaver. */
  readonly event: string;
  /**
   * The times when the request arrived and when its change was stored. They are equal in events of versions
   * that recorded only the second.
   */
  readonly received: Date;
  readonly committed: Date;
  /** The times when the removing call was sent and when the target answered. Null until then. */
  readonly sent: Date | null;
  readonly answered: Date | null;
  /** From `received` to `answered`, rounded to one decimal. */
  readonly minutes: number | null;
  /**
   * Out within the limit. Null: still within the limit, active again within the limit, or never at the
   * target.
   */
  readonly inTime: boolean | null;
  /**
   * `out`: removed, switched off or moved. `open`: still at the target. `returned`: active again before the
   * removal. `neverThere`: the person was never at the target.
   */
  readonly state: "out" | "open" | "returned" | "neverThere";
}

const LEAVES: readonly EventCode[] = ["user.deactivated", "user.deleted"];
/** Codes of the events that `leavings` needs. */
export const LEAVER_CODES: readonly EventCode[] = [
  ...LEAVES,
  "user.activated",
  "target.intent",
  "target.outcome",
  "adoption.linked",
];
/**
 * Actions that end the access of a leaver. An update is one of them: it moves the person to the department
 * for leavers.
 */
const ENDS = ["remove", "suspend", "update"];

/** One item for each time that a person left in the period, in the order of the times. */
export async function readLeavers(
  log: EventLog,
  { from, to }: Period,
  { limitMinutes, now }: { readonly limitMinutes: number; readonly now: Date },
): Promise<readonly Leaver[]> {
  const left: HistoryEvent[] = [];
  for (const code of LEAVES)
    for await (const page of walk(log, { period: { from, to }, code })) left.push(...page);
  const people = [...new Set(left.flatMap(({ subject }) => (subject ? [subject.id] : [])))];
  const events = new Map<string, HistoryEvent[]>(people.map((id) => [id, []]));
  for (let at = 0; at < people.length; at += PEOPLE_AT_ONCE) {
    const slice = people.slice(at, at + PEOPLE_AT_ONCE);
    for await (const page of allRelated(log, "subject", slice, { codes: LEAVER_CODES, kind: "user" })) {
      for (const event of page) events.get(event.subject!.id)?.push(event);
    }
  }
  const inPeriod = new Set(left.map(({ id }) => id));
  return people
    .flatMap((id) => leavings(id, events.get(id)!, limitMinutes, now))
    .filter(({ event }) => inPeriod.has(event))
    .sort(
      (one, other) =>
        one.committed.getTime() - other.committed.getTime() || (one.event < other.event ? -1 : 1),
    );
}

const PEOPLE_AT_ONCE = 200;

export type StoryEvent = Pick<HistoryEvent, "id" | "at" | "code" | "causes" | "outcome" | "detail">;

/**
 * The result of each time that this person left. `events`: all events of the person with `LEAVER_CODES`, in
 * their order. Pure.
 */
export function leavings(
  id: string,
  events: readonly StoryEvent[],
  limitMinutes: number,
  now: Date,
): readonly Leaver[] {
  const found: Leaver[] = [];
  /**
   * Whether the person is at the target, by the answers of the target. A person who is out, or was never
   * there, cannot leave.
   */
  let standing: "in" | "out" | undefined;
  /** The source has activated the person after the person was out. */
  let returning = false;
  let leaving: StoryEvent | undefined;
  /** Intents that may have been carried out. */
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
