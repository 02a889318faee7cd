import { type Condition, condition } from "./condition.ts";
import { HOUR_MS } from "./durations.ts";
import type { AlertFacts, Signal, SourceContact } from "./facts.ts";
import { type Rhythms, silentForMs } from "./rhythm.ts";

/* Conditions of clients that send people: refused, silent, or not read. Pure. */

/**
 * Consecutive refusals of one client before a notification; guesses by strangers do not count for a source.
 */
const STREAK = 5;
/** A streak without a further refusal is dropped after this time. */
const STREAK_MS = 24 * HOUR_MS;
/** An event that happened once stays open for this time. */
const ONCE_MS = HOUR_MS;

/**
 * The first valid request of its source ends a streak. A streak without a source counts while a source that
 * sent requests before is silent.
 */
export function signalled(signal: Signal, sources: readonly SourceContact[], now: Date): Condition[] {
  const { code, key, count, firstAt, lastAt } = signal;
  const ageMs = now.getTime() - lastAt.getTime();
  if (code !== "sourceRefused")
    return ageMs < ONCE_MS ? [condition("signal", code, "A", { count, of: key })] : [];
  if (count < STREAK || ageMs > STREAK_MS) return [];
  const concerned = concernedBy(signal, sources);
  if (!concerned) return [];
  const source = concerned.length === 1 ? { source: concerned[0]! } : {};
  return [
    condition("source", code, "A", { count, of: key, detail: { since: firstAt.toISOString(), ...source } }),
  ];
}

/** Names of the sources that may be affected; undefined if none is. */
function concernedBy(
  { sourceId, source, firstAt, lastAt }: Signal,
  sources: readonly SourceContact[],
): readonly string[] | undefined {
  if (sourceId === undefined) {
    const silent = sources.filter(({ lastRequestAt }) => lastRequestAt < firstAt).map(({ name }) => name);
    return silent.length > 0 ? silent : undefined;
  }
  const hasContactSince = sources.some(({ id, lastRequestAt }) => id === sourceId && lastRequestAt > lastAt);
  return hasContactSince ? undefined : source === undefined ? [] : [source];
}

export function silence(source: SourceContact, rhythms: Rhythms, now: Date): Condition[] {
  const allowedMs = silentForMs(rhythms[source.id]);
  if (allowedMs === undefined || now.getTime() - source.lastRequestAt.getTime() < allowedMs) return [];
  return [
    condition("silence", "sourceSilent", "B", {
      of: source.id,
      detail: { source: source.name, since: source.lastRequestAt.toISOString() },
    }),
  ];
}

/**
 * One condition for each source, for any number of retries. It closes when the source is read, or after a day
 * without an attempt.
 */
export const importRefused = ({
  sourceId,
  source,
  at,
}: NonNullable<AlertFacts["refusedImports"]>[number]): Condition =>
  condition("import", "importRefused", "A", { of: sourceId, detail: { source, since: at.toISOString() } });
