import { subjectOf } from "../cloud-event.ts";
import type { NumberedEvent } from "../ports.ts";

/** Number of concurrent lanes for events of different subjects. */
const LANES = 8;

/**
 * Sends each event separately, and those of one subject one after the other. After a failure no new event is
 * begun. Resolves with the number of first events that were sent, and with the first failure, if any.
 */
export async function sendInLanes(
  events: readonly NumberedEvent[],
  send: (event: NumberedEvent) => Promise<void>,
): Promise<{ readonly sent: number; readonly failure?: { readonly error: unknown } }> {
  const taken = events.map(() => false);
  const lanes = Array.from({ length: LANES }, (): number[] => []);
  events.forEach((event, at) => {
    lanes[laneOf(subjectOf(event))]!.push(at);
  });
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    lanes.map(async (lane) => {
      // One after the other, because the order within a lane matters.
      for (const at of lane) {
        if (failure) return;
        try {
          await send(events[at]!);
          taken[at] = true;
        } catch (error) {
          failure ??= { error };
        }
      }
    }),
  );
  const sent = taken.indexOf(false);
  return { sent: sent < 0 ? events.length : sent, ...(failure ? { failure } : {}) };
}

function laneOf(subject: string): number {
  let hash = 0;
  for (const character of subject) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash % LANES;
}
