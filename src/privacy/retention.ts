import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";
import type { HistoryEvent } from "../history/event.ts";

/*
 * Retention. Each job removes one kind of data that is older than its days. A legal hold keeps all data of
 * its person.
 */

const RETENTION_JOBS = ["leavers", "values", "events", "access", "ended", "messages"] as const;

/**
 * `leavers`: values of people who are gone from directory and target; `values`: those of all, in events;
 * `events`: events as a whole; `access`: events of who looked and signed in; `ended`: sessions, links for
 * signing in, used assertions and evidence packs, after their end; `messages`: about incidents.
 */
export type RetentionJob = (typeof RETENTION_JOBS)[number];

/** In days. */
export type Retention = Readonly<Record<RetentionJob, number>>;

export const DEFAULT_RETENTION: Retention = {
  leavers: 90,
  values: 730,
  events: 2_555,
  access: 180,
  ended: 1,
  messages: 180,
};

/** Minimum days. With less, the database refuses (migration erasures), or the data is still in use. */
export const LEAST_RETENTION: Retention = {
  leavers: 0,
  values: 30,
  events: 365,
  access: 30,
  ended: 0,
  messages: 7,
};

export interface RetentionStore {
  /** Removes older data in slices. Resolves with the number of rows. */
  forget(job: RetentionJob, before: Date, signal: AbortSignal): Promise<number>;
  append(event: HistoryEvent): Promise<void>;
}

export interface RetentionDeps {
  readonly store: RetentionStore;
  readonly days: Retention;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
/** Delay of the first run after a start. */
const FIRST_MS = 60_000;

/** Once an hour until `signal` is aborted; the first time a minute after the start. */
export async function keepRetention(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  const { clock, logger } = deps;
  for (let waitMs = FIRST_MS; !signal.aborted; waitMs = EVERY_MS) {
    await sleepUnlessAborted(clock, waitMs, signal);
    if (signal.aborted) return;
    await applyRetention(deps, signal).catch((error: unknown) => {
      logger.error({ error }, "data past its retention could not be removed; retrying in an hour");
    });
  }
}

/**
 * Runs all jobs in sequence; each is bounded. A removal from the history, or of a person's data, is recorded
 * as an event.
 */
export async function applyRetention(
  { store, days, clock, logger }: RetentionDeps,
  signal: AbortSignal,
): Promise<void> {
  const removed: Partial<Record<RetentionJob, number>> = {};
  for (const job of RETENTION_JOBS) {
    if (signal.aborted) break;
    const count = await store.forget(job, new Date(clock.now().getTime() - days[job] * DAY_MS), signal);
    if (count > 0) removed[job] = count;
    if (count > 0) logger.info({ task: job, count }, "data past its retention was removed");
  }
  const { ended: _ended, messages: _messages, ...counts } = removed;
  if (Object.keys(counts).length === 0) return;
  const at = clock.now();
  const keptDays = Object.fromEntries(Object.keys(counts).map((job) => [job, days[job as RetentionJob]]));
  const detail = { removed: counts, days: keptDays };
  await store.append({
    id: uuidv7(at.getTime()),
    at,
    code: "retention.applied",
    actor: "system",
    causes: [],
    detail,
  });
}
