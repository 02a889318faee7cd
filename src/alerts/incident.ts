import type { Condition, Detail } from "./rules/condition.ts";

/* Changes of incidents from the present conditions and the earlier state. Pure. */

/** An incident that is not closed. */
export interface OpenIncident {
  readonly id: string;
  readonly key: string;
  readonly openedAt: Date;
  readonly acknowledged: boolean;
  readonly reminders: number;
  readonly remindAt: Date;
}

/**
 * Time in milliseconds when each condition was first and last seen. Passed from one evaluation to the next.
 */
export type Seen = Readonly<Record<string, { readonly sinceMs: number; readonly lastMs: number }>>;

export interface Changes {
  readonly seen: Seen;
  readonly opened: readonly {
    readonly condition: Condition;
    readonly openedAt: Date;
    readonly remindAt: Date;
  }[];
  /** Updates the counts of an open incident, and with `reminder` sends it again. */
  readonly goingOn: readonly {
    readonly id: string;
    readonly count: number;
    readonly detail: Detail;
    readonly reminder?: { readonly reminders: number; readonly remindAt: Date };
  }[];
  readonly closed: readonly { readonly id: string; readonly closedAt: Date }[];
}

/**
 * A cause that is absent for less than this is not over: retries make parked people due for a moment, and
 * pauses end and begin again.
 */
const QUIET_MS = 120_000;

const HOUR_MS = 3_600_000;
/** Times of reminders after the opening. Later reminders are daily. */
const REMINDERS_MS = [HOUR_MS, 6 * HOUR_MS];
const DAILY_MS = 24 * HOUR_MS;

/** Time of the next reminder after `sent` reminders. */
export function reminderAt(openedAt: Date, sent: number): Date {
  const early = REMINDERS_MS[sent];
  const offset = early ?? REMINDERS_MS.at(-1)! + (sent - REMINDERS_MS.length + 1) * DAILY_MS;
  return new Date(openedAt.getTime() + offset);
}

export function changesOf(
  conditions: readonly Condition[],
  incidents: readonly OpenIncident[],
  before: Seen,
  now: Date,
): Changes {
  const nowMs = now.getTime();
  const byKey = new Map(conditions.map((condition) => [condition.key, condition]));
  const seen = seenNow(before, byKey, nowMs);
  const open = new Map(incidents.map((incident) => [incident.key, incident]));
  return {
    seen,
    opened: conditions
      .filter(({ key, afterMs }) => !open.has(key) && nowMs - seen[key]!.sinceMs >= afterMs)
      .map((condition) => ({ condition, openedAt: now, remindAt: reminderAt(now, 0) })),
    goingOn: incidents.flatMap((incident) => {
      const condition = byKey.get(incident.key);
      return condition
        ? [
            {
              id: incident.id,
              count: condition.count,
              detail: condition.detail,
              ...remindedOf(incident, now),
            },
          ]
        : [];
    }),
    closed: incidents.filter(({ key }) => !(key in seen)).map(({ id }) => ({ id, closedAt: now })),
  };
}

function seenNow(before: Seen, conditions: ReadonlyMap<string, Condition>, nowMs: number): Seen {
  const kept = Object.entries(before).filter(
    ([key, { lastMs }]) => conditions.has(key) || nowMs - lastMs < QUIET_MS,
  );
  const now = [...conditions.keys()].map(
    (key) => [key, { sinceMs: before[key]?.sinceMs ?? nowMs, lastMs: nowMs }] as const,
  );
  return Object.fromEntries([...kept, ...now]);
}

/** Missed reminders are not made up for: one message has the present state. */
function remindedOf(
  { openedAt, acknowledged, reminders, remindAt }: OpenIncident,
  now: Date,
): Pick<Changes["goingOn"][number], "reminder"> {
  if (acknowledged || remindAt > now) return {};
  let sent = reminders;
  do sent += 1;
  while (reminderAt(openedAt, sent) <= now);
  return { reminder: { reminders: sent, remindAt: reminderAt(openedAt, sent) } };
}
