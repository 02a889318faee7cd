import { type Condition, condition } from "./condition.ts";
import { HOUR_MS, MINUTE_MS } from "./durations.ts";
import { held, lateChanges, latency, lost, overdue, stuck, unreadDates } from "./entities.ts";
import type { AlertFacts } from "./facts.ts";
import type { Rhythms } from "./rhythm.ts";
import { importRefused, signalled, silence } from "./sources.ts";
import { targetCauses } from "./target-causes.ts";

/*
 * The rules of docs/alerts.md, one function for each heading. Pure: the same facts at the same time give the
 * same conditions.
 */

export interface Rules {
  readonly latencyTargetSeconds: number;
  /** Sign-ins to a sandbox cause no message. */
  readonly sandbox?: boolean;
  /** Interval of checkpoints in hours; 0 or absent: never. */
  readonly checkpointHours?: number;
}

const PAUSED_MS = 10 * MINUTE_MS;
const NOT_LISTENING_MS = 10 * MINUTE_MS;
/**
 * Minimum share of differences that must arrive as events of DingTalk. Below it, comparisons run every hour.
 */
const MIN_COVERAGE = 0.9;
const COMPARED_MS = 26 * HOUR_MS;
const SEALED_MS = 5 * MINUTE_MS;
const WORKERLESS_MS = 2 * MINUTE_MS;
const LINK_CODE = "oneTimeLinkUsed";
export function conditionsOf(
  facts: AlertFacts,
  rhythms: Rhythms,
  now: Date,
  rules: Rules,
): readonly Condition[] {
  return [
    ...stuck(facts.open),
    ...lost(facts.open),
    ...facts.holds.map(held),
    ...target(facts, now),
    ...worker(facts),
    ...facts.signals
      .filter(({ code }) => code !== LINK_CODE || !rules.sandbox)
      .flatMap((signal) => signalled(signal, facts.sources, now)),
    ...overdue(facts.open, now),
    ...latency(facts, rules),
    ...facts.sources.flatMap((source) => silence(source, rhythms, now)),
    ...comparison(facts, now),
    ...listening(facts),
    ...sealing(facts, now),
    ...altered(facts),
    ...(facts.refusedImports ?? []).map(importRefused),
    ...lateChanges(facts, now),
    ...unreadDates(facts),
  ];
}

/**
 * Causes that stop all sending: those that a person has to correct now, and failures that may end without
 * action.
 */
function target(
  { target: { pausedUntil, pauseCode, pauseProblems = [] }, processes }: AlertFacts,
  now: Date,
): Condition[] {
  const own = new Set(processes.flatMap(({ problems }) => targetCauses(problems)));
  const paused = pausedUntil !== undefined && pausedUntil > now;
  const common = paused ? targetCauses([pauseCode ?? "", ...pauseProblems]) : [];
  for (const code of common) own.delete(code);
  return [
    ...common.map((code) => condition("target", code, "A")),
    ...[...own].map((code) => condition("process", code, "A")),
    ...(paused ? [condition("paused", "pausedByFailures", "B", { afterMs: PAUSED_MS })] : []),
  ];
}

function worker({ processes }: AlertFacts): Condition[] {
  return processes.length === 0 ? [condition("worker", "noWorker", "B", { afterMs: WORKERLESS_MS })] : [];
}

/** Before the first comparison, the start of the oldest process of the loop counts. */
function comparison({ target: { sweptAt }, processes }: AlertFacts, now: Date): Condition[] {
  const started = Math.min(...processes.map(({ startedAt }) => startedAt.getTime()));
  const since = sweptAt?.getTime() ?? started;
  if (!Number.isFinite(since) || now.getTime() - since < COMPARED_MS) return [];
  return [condition("comparison", "notCompared", "B", { detail: { since: new Date(since).toISOString() } })];
}

/** Neither loses changes: the comparison finds changes without an event later. */
function listening({ listening: facts }: AlertFacts): Condition[] {
  if (!facts) return [];
  const { state, since, heard, missed } = facts;
  const share = heard + missed === 0 ? 1 : heard / (heard + missed);
  return [
    ...(state === "listening"
      ? []
      : [
          condition("listening", "notHeard", "B", {
            afterMs: NOT_LISTENING_MS,
            detail: { since: since.toISOString() },
          }),
        ]),
    ...(share < MIN_COVERAGE
      ? [
          condition("hints", "hintsMissing", "B", {
            count: missed,
            detail: { percent: Math.floor(share * 100) },
          }),
        ]
      : []),
  ];
}

function sealing({ sealedAt }: AlertFacts, now: Date): Condition[] {
  if (!sealedAt || now.getTime() - sealedAt.getTime() < SEALED_MS) return [];
  return [condition("sealing", "sealingLate", "A", { detail: { since: sealedAt.toISOString() } })];
}

/** Stays open until a later check finds no fault. */
const altered = ({ historyFault, verifiedAt }: AlertFacts): Condition[] =>
  historyFault === undefined
    ? []
    : [
        condition(
          "altered",
          "historyAltered",
          "A",
          verifiedAt ? { detail: { since: verifiedAt.toISOString() } } : {},
        ),
      ];
