import type { Attributes } from "../target-values.ts";
import type { HintOutcome, OpenHint } from "./ports.ts";

/** What is known of an event while it is in this process's memory: whether it agrees with what is remembered. */
export type Agreement = (remembered: Attributes) => boolean;

/**
 * What becomes of a hint. Only where every event tells what is remembered, it was our own write, or one that changed nothing: then nobody has to look.
 * Events whose agreement is not known (another process heard them) are looked at. Pure.
 */
export function decide({ link, busy, eventIds }: OpenHint, agreementOf: (eventId: string) => Agreement | undefined): HintOutcome | "wait" {
  // A create under way may be about to own it, and a run's own write is recorded at its end.
  if (busy) return "wait";
  if (!link) return "stranger";
  const remembered = link.status === "owned" ? link.observed : undefined;
  return remembered && eventIds.every((id) => agreementOf(id)?.(remembered)) ? "echo" : "look";
}
