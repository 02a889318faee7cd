import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { type Bell, createBell } from "../process/bell.ts";
import type { TargetAdapter } from "../target.ts";
import type { HintListener, ListeningState } from "../target-hints.ts";
import { decide, doubted, eventsWithoutValues, type Report } from "./decide.ts";
import { raisedByUs } from "./own-writes.ts";
import type { HintCheck, HintStore, OpenHint, ShownListening } from "./ports.ts";

/* Takes hints from the target and decides about them. */

export interface ListenDeps {
  readonly store: HintStore;
  readonly target: Pick<TargetAdapter, "name" | "listen">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an entity has become due. */
  readonly wake: () => void;
  /** Whether an object that appeared at the target has an id of ours; it is managed again then. */
  readonly relink: (kind: OpenHint["kind"], remoteId: string, signal: AbortSignal) => Promise<boolean>;
  /** Requests a full comparison: too few changes arrive as events. */
  readonly compare: () => Promise<void>;
}

/** An event arrives at most this late (docs/dingtalk.md 10.2). An older call of ours explains none. */
const LATEST_MS = 10 * 60_000;
/** Maximum number of objects in one round. */
const MOST_OPEN = 500;
/** Delay for entities that have a running or very recent run. */
const AGAIN_MS = 100;
/** Maximum time until hints that other processes left open are found. */
const LEFT_OPEN_MS = 30_000;
/** Minimum time between two checks of an object because of hints: a flood of hints gives one check. */
const MIN_CHECK_INTERVAL_MS = 1_500;
/**
 * Number of checks of an object without back-off. After that the interval doubles, until a minute passes
 * without one: a value that reads do not return is sent with every check, which raises another event; and
 * another program may write against us.
 */
const CHECKS_WITHOUT_BACKOFF = 5;
const MAX_CHECK_INTERVAL_MS = 600_000;
const BACKOFF_RESET_MS = 60_000;
/**
 * Maximum number of reports and recent checks in memory. The oldest are dropped, at the cost of one check
 * each.
 */
const MOST_REMEMBERED = 20_000;
export interface Receiver {
  readonly listener: HintListener;
  state(): ShownListening;
  /** Resolves when the state has changed since the last time. */
  readonly changed: Bell["rest"];
  /** Decides about hints until the signal is aborted. */
  settle(): Promise<void>;
}

/** What the target reported about each object, by event. */
type Reports = Map<string, Map<string, Report>>;

export function createReceiver(deps: ListenDeps, signal: AbortSignal): Receiver {
  const { store, clock, logger, target } = deps;
  const reports: Reports = new Map();
  let state: ShownListening = { state: "connecting", since: clock.now(), failures: 0 };
  let aliveAt: Date | undefined;
  let eventAt: Date | undefined;
  const change = createBell(clock);
  const arrival = createBell(clock);

  const listener: HintListener = {
    async receive(hints) {
      eventAt = clock.now();
      try {
        await store.keepHints(hints);
      } catch (error) {
        logger.warn(
          { target: target.name, error, count: hints.length },
          "events of the target cannot be stored and are not acknowledged",
        );
        throw error;
      }
      for (const { eventId, atMs, about } of hints)
        for (const { kind, remoteId, ...rest } of about)
          reportsOf(`${kind} ${remoteId}`).set(eventId, { atMs, ...rest });
      bound(reports);
      if (hints.some(({ about }) => about.length > 0)) arrival.ring();
    },
    alive() {
      aliveAt = clock.now();
    },
    state(next) {
      if (next.kind !== state.state) logState(deps, next);
      const since = next.kind === state.state ? state.since : clock.now();
      state =
        next.kind === "listening"
          ? { state: "listening", since, failures: 0 }
          : { ...withoutKind(next), state: "disconnected", since };
      change.ring();
    },
  };

  function reportsOf(key: string): Map<string, Report> {
    const known = reports.get(key) ?? new Map<string, Report>();
    reports.set(key, known);
    return known;
  }

  const round = createRounds(deps, reports, signal);

  return {
    listener,
    state: () => ({ ...state, ...(aliveAt ? { aliveAt } : {}), ...(eventAt ? { eventAt } : {}) }),
    changed: change.rest,
    async settle() {
      while (!signal.aborted) {
        const left = await round().catch((error: unknown) => {
          logger.warn({ target: target.name, error }, "events of the target cannot be processed; retrying");
          return "later" as const;
        });
        if (left !== "more") await arrival.rest(left === "later" ? AGAIN_MS : LEFT_OPEN_MS, signal);
      }
    },
  };
}

/** Decides about the open hints, once for each call. */
function createRounds(deps: ListenDeps, reports: Reports, signal: AbortSignal) {
  const { store, clock, target, wake } = deps;
  const lastChecks = new Map<string, LastCheck>();
  const conclude = createConcluding();
  // Which earlier calls explain an event already was known to an earlier process. So they explain none here,
  // at the cost of one check each.
  const beganMs = clock.now().getTime();

  async function round(): Promise<"more" | "later" | "nothing"> {
    const open = await store.openHints(
      MOST_OPEN,
      new Date(Math.max(beganMs, clock.now().getTime() - LATEST_MS)),
    );
    const ends: Record<"echo" | "unmanaged", OpenHint[]> = { echo: [], unmanaged: [] };
    const checks: HintCheck[] = [];
    const nowMs = clock.monotonicMs();
    for (const hint of open) {
      const key = `${hint.kind} ${hint.remoteId}`;
      const reportOf = (id: string) => reports.get(key)?.get(id);
      const outcome = conclude(hint, reportOf);
      if (outcome === "echo" || outcome === "unmanaged") ends[outcome].push(hint);
      // An object that is managed again has a link now: the next round decides about it.
      if (outcome === "appeared" && !(await isManagedAgain(deps, hint, signal))) ends.unmanaged.push(hint);
      if (outcome === "look" && nowMs >= nextCheckMs(lastChecks.get(key)))
        checks.push({
          hint,
          event: eventOf(hint, clock.now(), target.name),
          doubted: doubted(hint, reportOf),
        });
    }
    if (ends.echo.length > 0) await store.endHints(ends.echo, "echo");
    if (ends.unmanaged.length > 0) await store.endHints(ends.unmanaged, "unmanaged");
    if (checks.length > 0) {
      await store.requeue(checks);
      wake();
    }
    for (const hint of [...ends.echo, ...ends.unmanaged, ...checks.map((check) => check.hint)])
      reports.delete(`${hint.kind} ${hint.remoteId}`);
    for (const { hint } of checks) {
      const key = `${hint.kind} ${hint.remoteId}`;
      lastChecks.set(key, { atMs: nowMs, inARow: inARow(lastChecks.get(key), nowMs) });
    }
    bound(lastChecks);
    const settled = ends.echo.length + ends.unmanaged.length + checks.length;
    if (settled > 0 && open.length === MOST_OPEN) return "more";
    return settled < open.length ? "later" : "nothing";
  }

  return round;
}

function logState({ logger, target }: ListenDeps, next: ListeningState): void {
  if (next.kind === "listening") logger.info({ target: target.name }, "receiving events of the target");
  else
    logger.warn(
      { target: target.name, code: next.reason },
      "not receiving events of the target; comparisons continue; retrying",
    );
}

async function isManagedAgain(
  { logger, target, relink }: ListenDeps,
  { kind, remoteId }: OpenHint,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await relink(kind, remoteId, signal);
  } catch (error) {
    signal.throwIfAborted();
    logger.warn(
      { target: target.name, error },
      "an object that appeared cannot be read; the next comparison decides about it",
    );
    return false;
  }
}

/** Decides about hints, and remembers which of our calls already explain an event. */
function createConcluding() {
  const spent = new Map<string, true>();
  return (hint: OpenHint, reportOf: (eventId: string) => Report | undefined): ReturnType<typeof decide> => {
    const writes = (hint.link?.writes ?? []).filter(({ id }) => !spent.has(id));
    const raised = raisedByUs(eventsWithoutValues(hint, reportOf), writes);
    const outcome = decide(hint, reportOf, raised);
    if (outcome === "echo") for (const id of raised.values()) spent.set(id, true);
    bound(spent);
    return outcome;
  };
}

/** The last check of an object because of a hint, and the number of checks without a quiet period. */
interface LastCheck {
  readonly atMs: number;
  readonly inARow: number;
}

const checkIntervalMs = (inARow: number): number =>
  Math.min(MIN_CHECK_INTERVAL_MS * 2 ** Math.max(0, inARow - CHECKS_WITHOUT_BACKOFF), MAX_CHECK_INTERVAL_MS);
const nextCheckMs = (last: LastCheck | undefined): number =>
  last ? last.atMs + checkIntervalMs(last.inARow) : Number.NEGATIVE_INFINITY;
const inARow = (last: LastCheck | undefined, nowMs: number): number =>
  last && nowMs < nextCheckMs(last) + BACKOFF_RESET_MS ? last.inARow + 1 : 1;

const withoutKind = ({ kind: _kind, ...rest }: Extract<ListeningState, { kind: "disconnected" }>) => rest;

const eventOf = ({ kind, types, link }: OpenHint, at: Date, target: string): HistoryEvent => ({
  id: uuidv7(at.getTime()),
  at,
  code: "hint.received",
  actor: "dingtalk",
  causes: [],
  ...(link ? { subject: { kind, id: link.id } } : {}),
  target,
  detail: {
    types: [...new Set(types)].sort(),
    count: types.length,
    ...(link?.status === "intended" ? { invited: true } : {}),
  },
});

function bound(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MOST_REMEMBERED) return;
    map.delete(key);
  }
}
