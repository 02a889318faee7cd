import type { HintSubject, Told } from "../target-hints.ts";
import type { Attributes } from "../target-values.ts";
import type { UntoldEvent } from "./own-writes.ts";
import type { HintDecision, OpenHint } from "./ports.ts";

/** What an event reports of one thing, while it is in this process's memory. */
export interface Report extends Pick<HintSubject, "told" | "concerns" | "appears" | "raisedBy"> {
  readonly atMs: number;
}

/** The event of our own last write is still expected, and may come after the event of an earlier write. */
const JUST_WRITTEN_MS = 2_000;
const PATIENCE_MS = 1_000;

/**
 * What becomes of hints about one thing. Only where all that was told lastly is what is remembered, it was our own write, or one that changed nothing: then
 * nobody has to look. Events that another process heard tell nothing here. `raised`: events that calls of ours account for. Pure.
 */
export function decide(
  { link, busy, eventIds, ageMs }: OpenHint,
  reportOf: (eventId: string) => Report | undefined,
  raised: ReadonlyMap<string, unknown> = new Map(),
): HintDecision {
  // A create under way may be about to own it, and a run's own write is recorded at its end.
  if (busy) return "wait";
  if (!link) return eventIds.some((id) => reportOf(id)?.appears) ? "appeared" : "stranger";
  const others = eventIds.filter((id) => !raised.has(id));
  if (others.length === 0) return "echo";
  const reports = others.map(reportOf);
  const lastly = lastTold(reports);
  if (!lastly || link.status !== "owned" || !link.observed) return "look";
  if (isKnown(lastly, link.observed)) return "echo";
  return (link.observedMs ?? Number.POSITIVE_INFINITY) < JUST_WRITTEN_MS && ageMs < PATIENCE_MS ? "wait" : "look";
}

/** Events without values that our own call may have raised. Pure. */
export const untoldEvents = (
  { eventIds }: Pick<OpenHint, "eventIds">,
  reportOf: (eventId: string) => Report | undefined,
): readonly UntoldEvent[] =>
  eventIds.flatMap((eventId) => {
    const { atMs, raisedBy } = reportOf(eventId) ?? {};
    return atMs && raisedBy ? [{ eventId, atMs, raisedBy }] : [];
  });

/**
 * What is remembered of a thing, is not shown by a read, and may be otherwise by what was told: so that a look sends neither what nobody has changed, nor
 * leaves what somebody has. Pure.
 */
export function doubted(
  { link, eventIds }: Pick<OpenHint, "link" | "eventIds">,
  reportOf: (eventId: string) => Report | undefined,
): readonly string[] | "anything" {
  const reports = eventIds.map(reportOf);
  const known = reports.filter((each) => each !== undefined);
  if (known.length < reports.length || known.some(({ concerns }) => concerns === "anything")) return "anything";
  const wrong = latest(known).filter((told) => !link?.observed || !told.isKnown(link.observed));
  return [...new Set(wrong.flatMap(({ names }) => names))];
}

const isKnown = (lastly: readonly Told[], remembered: Attributes): boolean => lastly.every((told) => told.isKnown(remembered));

/** The latest reported value of each part; undefined if an event has none. */
function lastTold(reports: readonly (Report | undefined)[]): readonly Told[] | undefined {
  const known = reports.filter((each) => each !== undefined && Object.keys(each.told).length > 0) as readonly Report[];
  return known.length < reports.length ? undefined : latest(known);
}

function latest(reports: readonly Report[]): readonly Told[] {
  const inOrder = [...reports].sort((a, b) => a.atMs - b.atMs);
  return Object.values(Object.assign({}, ...inOrder.map(({ told }) => told)) as Record<string, Told>);
}
