/* Events without values, and our own calls that raised them. Both have times of the target's clock. Pure. */

/** A call of ours that was carried out, as the history keeps it. */
export interface OwnWrite {
  /** Of the event that recorded it, and its place in there. */
  readonly id: string;
  readonly api: string;
  /** When the target answered, by its own clock, in whole seconds. */
  readonly answeredMs: number;
  readonly durationMs: number;
}

export interface UntoldEvent {
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
 * Which call raised which event: each call one at most, so that of two events and one call one is left. What somebody else changed within the same seconds
 * as we did is hidden only if of both events one gets lost; then a comparison finds it. Answers the ids of calls by those of events.
 */
export function raisedByUs(events: readonly UntoldEvent[], writes: readonly OwnWrite[]): ReadonlyMap<string, string> {
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
