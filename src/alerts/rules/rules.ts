import type { CauseKind, Condition, Detail, IncidentClass } from "./condition.ts";
import type { AlertFacts, OpenGroup, Signal, SourceContact } from "./facts.ts";
import { type Rhythms, silentForMs } from "./rhythm.ts";
import { targetCauses } from "./target-causes.ts";

/* The rules of docs/alerts.md, one function for each heading. Pure: the same facts at the same time give the same conditions. */

export interface Rules {
  readonly latencyTargetSeconds: number;
  /** Sign-ins to a sandbox cause no message. */
  readonly sandbox?: boolean;
  /** Interval of checkpoints in hours; 0 or absent: never. */
  readonly checkpointHours?: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

const PAUSED_MS = 10 * MINUTE_MS;
const OVERDUE_MS = 15 * MINUTE_MS;
const SLOW_MS = 10 * MINUTE_MS;
/** A percentile of fewer changes means nothing. */
const SLOW_LEAST = 20;
const NOT_LISTENING_MS = 10 * MINUTE_MS;
/** Minimum share of differences that must arrive as events of DingTalk. Below it, comparisons run every hour. */
const MIN_COVERAGE = 0.9;
const COMPARED_MS = 26 * HOUR_MS;
const LATE_CHANGE_MS = 10 * MINUTE_MS;
const SEALED_MS = 5 * MINUTE_MS;
const WORKERLESS_MS = 2 * MINUTE_MS;
/** Consecutive refusals of one client before a notification; guesses by strangers do not count for a source. */
const STREAK = 5;
/** A streak without a further refusal is dropped after this time. */
const STREAK_MS = 24 * HOUR_MS;
/** An event that happened once stays open for this time. */
const ONCE_MS = HOUR_MS;
/** Reasons of waiting entities that need a person nevertheless. */
const SCOPE_CODES: ReadonlySet<string> = new Set(["personOutsideScope", "departmentOutsideScope"]);
const LINK_CODE = "oneTimeLinkUsed";
const QUOTA_CODE = "quotaUsedUp";

export function conditionsOf(facts: AlertFacts, rhythms: Rhythms, now: Date, rules: Rules): readonly Condition[] {
  return [
    ...stuck(facts.open),
    ...lost(facts.open),
    ...facts.holds.map(held),
    ...target(facts, now),
    ...worker(facts),
    ...facts.signals.filter(({ code }) => code !== LINK_CODE || !rules.sandbox).flatMap((signal) => signalled(signal, facts.sources, now)),
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

interface More {
  readonly count?: number;
  readonly detail?: Detail;
  readonly afterMs?: number;
  readonly of?: string;
}

const condition = (
  kind: CauseKind,
  code: string,
  severity: IncidentClass,
  { count = 1, detail = {}, afterMs = 0, of }: More = {},
): Condition => ({
  key: [kind, code, ...(of === undefined ? [] : [of])].join(":"),
  kind,
  code,
  class: severity,
  count,
  detail,
  afterMs,
});

/** One condition for each reason, for any number of entities. */
function stuck(open: readonly OpenGroup[]): Condition[] {
  const isStuck = ({ state, reasonCode }: OpenGroup): boolean =>
    state === "parked" || (reasonCode !== undefined && (SCOPE_CODES.has(reasonCode) || reasonCode === QUOTA_CODE));
  const byCode = new Map<string, OpenGroup[]>();
  for (const group of open.filter(isStuck)) {
    const code = group.reasonCode ?? "unexpectedError";
    byCode.set(code, [...(byCode.get(code) ?? []), group]);
  }
  return [...byCode].map(([code, groups]) => {
    const answer = groups.find((group) => group.answer !== undefined)?.answer;
    const counts: Record<string, number> = {};
    for (const { kind, count } of groups) counts[kind] = (counts[kind] ?? 0) + count;
    return condition("parked", code, code === QUOTA_CODE ? "B" : "A", {
      count: sum(groups.map(({ count }) => count)),
      detail: { counts, ...(answer === undefined ? {} : { answer }) },
    });
  });
}

function lost(open: readonly OpenGroup[]): Condition[] {
  const count = sum(open.map((group) => group.lost));
  return count > 0 ? [condition("lost", "entityLost", "A", { count })] : [];
}

const held = ({ id, limit, count, openedAt }: AlertFacts["holds"][number]): Condition =>
  condition("hold", "heldByLimit", "A", { count, of: id, detail: { limit, since: openedAt.toISOString() } });

/** Causes that stop all sending: those that a person has to correct now, and failures that may end without action. */
function target({ target: { pausedUntil, pauseCode, pauseProblems = [] }, processes }: AlertFacts, now: Date): Condition[] {
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

/** The first valid request of its source ends a streak. A streak without a source counts while a source that sent requests before is silent. */
function signalled(signal: Signal, sources: readonly SourceContact[], now: Date): Condition[] {
  const { code, key, count, firstAt, lastAt } = signal;
  const ageMs = now.getTime() - lastAt.getTime();
  if (code !== "sourceRefused") return ageMs < ONCE_MS ? [condition("signal", code, "A", { count, of: key })] : [];
  if (count < STREAK || ageMs > STREAK_MS) return [];
  const concerned = concernedBy(signal, sources);
  if (!concerned) return [];
  const source = concerned.length === 1 ? { source: concerned[0]! } : {};
  return [condition("source", code, "A", { count, of: key, detail: { since: firstAt.toISOString(), ...source } })];
}

/** Names of the sources that may be affected; undefined if none is. */
function concernedBy({ sourceId, source, firstAt, lastAt }: Signal, sources: readonly SourceContact[]): readonly string[] | undefined {
  if (sourceId === undefined) {
    const silent = sources.filter(({ lastRequestAt }) => lastRequestAt < firstAt).map(({ name }) => name);
    return silent.length > 0 ? silent : undefined;
  }
  const hasContactSince = sources.some(({ id, lastRequestAt }) => id === sourceId && lastRequestAt > lastAt);
  return hasContactSince ? undefined : source === undefined ? [] : [source];
}

function overdue(open: readonly OpenGroup[], now: Date): Condition[] {
  const due = open.filter(({ state }) => state === "due");
  const oldest = Math.min(...due.flatMap(({ oldestDue }) => (oldestDue ? [oldestDue.getTime()] : [])));
  if (now.getTime() - oldest < OVERDUE_MS || !Number.isFinite(oldest)) return [];
  return [
    condition("overdue", "oldestDue", "B", {
      count: sum(due.map(({ count }) => count)),
      detail: { since: new Date(oldest).toISOString() },
    }),
  ];
}

function latency({ latency: { p95Ms, count } }: AlertFacts, { latencyTargetSeconds }: Rules): Condition[] {
  if (count < SLOW_LEAST || p95Ms <= latencyTargetSeconds * 1_000) return [];
  const detail = { seconds: Math.round(p95Ms / 1_000), targetSeconds: latencyTargetSeconds };
  return [condition("latency", "latencyHigh", "B", { count, detail, afterMs: SLOW_MS })];
}

function silence(source: SourceContact, rhythms: Rhythms, now: Date): Condition[] {
  const allowedMs = silentForMs(rhythms[source.id]);
  if (allowedMs === undefined || now.getTime() - source.lastRequestAt.getTime() < allowedMs) return [];
  return [
    condition("silence", "sourceSilent", "B", {
      of: source.id,
      detail: { source: source.name, since: source.lastRequestAt.toISOString() },
    }),
  ];
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
      : [condition("listening", "notHeard", "B", { afterMs: NOT_LISTENING_MS, detail: { since: since.toISOString() } })]),
    ...(share < MIN_COVERAGE
      ? [condition("hints", "hintsMissing", "B", { count: missed, detail: { percent: Math.floor(share * 100) } })]
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
    : [condition("altered", "historyAltered", "A", verifiedAt ? { detail: { since: verifiedAt.toISOString() } } : {})];

/** One condition for each source, for any number of retries. It closes when the source is read, or after a day without an attempt. */
const importRefused = ({ sourceId, source, at }: NonNullable<AlertFacts["refusedImports"]>[number]): Condition =>
  condition("import", "importRefused", "A", { of: sourceId, detail: { source, since: at.toISOString() } });

/** A person who should have been removed may still have access. */
function lateChanges({ lateChanges: late }: AlertFacts, now: Date): Condition[] {
  if (!late || now.getTime() - late.since.getTime() < LATE_CHANGE_MS) return [];
  return [condition("schedule", "changeLate", "A", { count: late.count, detail: { since: late.since.toISOString() } })];
}

/** The earlier dates of these people apply. Each is retried every ten minutes. */
const unreadDates = ({ unreadDates: unread }: AlertFacts): Condition[] =>
  unread ? [condition("dates", "datesNotRead", "A", { count: unread.count, detail: { since: unread.since.toISOString() } })] : [];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
