import type { Clock } from "../core/clock.ts";
import type { ChannelName } from "./channels/channel.ts";
import { changesOf } from "./incident.ts";
import { dueCheckpoint } from "./messages/checkpoint.ts";
import type { AlertStore, Decided, Known } from "./ports.ts";
import { learn } from "./rules/rhythm.ts";
import { conditionsOf, type Rules } from "./rules/rules.ts";

export interface WatchDeps {
  readonly store: Pick<AlertStore, "evaluate">;
  readonly channels: readonly ChannelName[];
  readonly rules: Rules;
  readonly clock: Clock;
  /** Minimum time between two evaluations, for all processes together. */
  readonly paceMs?: number;
}

/** About six evaluations within a minute, the limit for a notification. */
export const PACE_MS = 9_000;

/** Evaluates the rules once, if it is this process's turn. */
export function evaluate({ store, channels, rules, clock, paceMs = PACE_MS }: WatchDeps): Promise<boolean> {
  const now = clock.now();
  return store.evaluate({ now, paceMs, channels }, (known) => decide(known, now, rules));
}

export function decide({ facts, incidents, memory }: Known, now: Date, rules: Rules): Decided {
  const rhythms = learn(memory.rhythms, facts.sources, now);
  const { seen, ...changes } = changesOf(
    conditionsOf(facts, rhythms, now, rules),
    incidents,
    memory.seen,
    now,
  );
  const { checkpointAtMs: sentAtMs } = memory;
  const checkpoint = dueCheckpoint({ ...facts, sentAtMs, everyHours: rules.checkpointHours ?? 0 }, now);
  const checkpointAtMs = checkpoint === undefined ? sentAtMs : now.getTime();
  return {
    ...changes,
    memory: { seen, rhythms, ...(checkpointAtMs === undefined ? {} : { checkpointAtMs }) },
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}
