/*
 * Matches events without values with our own calls that caused them. All times are by the target's clock.
 * Pure.
 */

/** A call of ours that was carried out, from the history. */
export interface OwnWrite {
  /** Id of the event that recorded the call, and its index there. */
  readonly id: string;
  readonly api: string;
  /** Time of the target's answer by its own clock, in whole seconds. */
  readonly answeredMs: number;
  readonly durationMs: number;
}

export interface EventWithoutValues {
  readonly eventId: string;
  /** Time of the change by the target's clock; 0 if the event has none. */
  readonly atMs: number;
  /** Calls that raise such an event. */
  readonly raisedBy: readonly string[];
}

/** Answers have times in whole seconds. */
const SECOND_MS = 1_000;
/** Maximum time from the answer to a call until the time of its event. */
const LATER_MS = 2_000;

/**
 * Which call caused which event. Each call explains at most one event. A change by somebody else within the
 * same seconds is hidden only if one of the two events is lost; then a comparison finds it. Returns ids of
 * calls by ids of events.
 */
export function raisedByUs(
  events: readonly EventWithoutValues[],
  writes: readonly OwnWrite[],
): ReadonlyMap<string, string> {
  const left = [...writes].sort((a, b) => a.answeredMs - b.answeredMs);
  const raised = new Map<string, string>();
  for (const { eventId, atMs, raisedBy } of [...events].sort((a, b) => a.atMs - b.atMs)) {
    const at = left.findIndex((write) => raisedBy.includes(write.api) && isWithin(atMs, write));
    const [write] = at < 0 ? [] : left.splice(at, 1);
    if (write) raised.set(eventId, write.id);
  }
  return raised;
}

const isWithin = (atMs: number, { answeredMs, durationMs }: OwnWrite): boolean =>
  atMs >= answeredMs - durationMs - SECOND_MS && atMs < answeredMs + SECOND_MS + LATER_MS;
