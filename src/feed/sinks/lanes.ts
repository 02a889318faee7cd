import { subjectOf } from "../cloud-event.ts";
import type { NumberedEvent } from "../ports.ts";

/** Events of different subjects go side by side on so many ways. */
const LANES = 8;

/**
 * Sends each event by itself, those of one subject one after the other. Where one fails, nothing new is begun. Resolves with how many of the first were sent, and
 * with the first failure, if any.
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
      // In turn: each waits for the one before it.
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
