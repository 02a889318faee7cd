import type { HintSubject, ReportedPart } from "../target-hints.ts";
import type { Attributes } from "../target-values.ts";
import type { EventWithoutValues } from "./own-writes.ts";
import type { HintDecision, OpenHint } from "./ports.ts";

/** The content of an event about one object, held only in the memory of this process. */
export interface Report extends Pick<HintSubject, "reported" | "concerns" | "appears" | "raisedBy"> {
  readonly atMs: number;
}

/** The event of our own last write may still arrive, even after the event of an earlier write. */
const JUST_WRITTEN_MS = 2_000;
const OWN_EVENT_WAIT_MS = 1_000;

/**
 * The decision about hints for one object. If all last reported values equal the remembered ones, the change
 * was our own write or changed nothing. Then no check is needed. Events that another process received have no
 * values here. `raised`: events that our own calls explain. Pure.
 */
export function decide(
  { link, busy, eventIds, ageMs }: OpenHint,
  reportOf: (eventId: string) => Report | undefined,
  raised: ReadonlyMap<string, unknown> = new Map(),
): HintDecision {
  // A create in progress may soon own the object, and a run records its own write at its end.
  if (busy) return "wait";
  if (!link) return eventIds.some((id) => reportOf(id)?.appears) ? "appeared" : "unmanaged";
  const others = eventIds.filter((id) => !raised.has(id));
  if (others.length === 0) return "echo";
  const reports = others.map(reportOf);
  const lastly = lastReported(reports);
  if (!lastly || link.status !== "owned" || !link.observed) return "look";
  if (isKnown(lastly, link.observed)) return "echo";
  return (link.observedMs ?? Number.POSITIVE_INFINITY) < JUST_WRITTEN_MS && ageMs < OWN_EVENT_WAIT_MS
    ? "wait"
    : "look";
}

/** Events without values that a call of ours may have caused. Pure. */
export const eventsWithoutValues = (
  { eventIds }: Pick<OpenHint, "eventIds">,
  reportOf: (eventId: string) => Report | undefined,
): readonly EventWithoutValues[] =>
  eventIds.flatMap((eventId) => {
    const { atMs, raisedBy } = reportOf(eventId) ?? {};
    return atMs && raisedBy ? [{ eventId, atMs, raisedBy }] : [];
  });

/**
 * Remembered attributes that reads do not return and that the events may have changed. A check then sends
 * only these: unchanged values are not sent again, and changed ones are corrected. Pure.
 */
export function doubted(
  { link, eventIds }: Pick<OpenHint, "link" | "eventIds">,
  reportOf: (eventId: string) => Report | undefined,
): readonly string[] | "anything" {
  const reports = eventIds.map(reportOf);
  const known = reports.filter((each) => each !== undefined);
  if (known.length < reports.length || known.some(({ concerns }) => concerns === "anything"))
    return "anything";
  const wrong = latest(known).filter((part) => !link?.observed || !part.isKnown(link.observed));
  return [...new Set(wrong.flatMap(({ names }) => names))];
}

const isKnown = (lastly: readonly ReportedPart[], remembered: Attributes): boolean =>
  lastly.every((part) => part.isKnown(remembered));

/** The latest reported value of each part; undefined if an event has none. */
function lastReported(reports: readonly (Report | undefined)[]): readonly ReportedPart[] | undefined {
  const known = reports.filter(
    (each) => each !== undefined && Object.keys(each.reported).length > 0,
  ) as readonly Report[];
  return known.length < reports.length ? undefined : latest(known);
}

function latest(reports: readonly Report[]): readonly ReportedPart[] {
  const inOrder = [...reports].sort((a, b) => a.atMs - b.atMs);
  return Object.values(
    Object.assign({}, ...inOrder.map(({ reported }) => reported)) as Record<string, ReportedPart>,
  );
}
