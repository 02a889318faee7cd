import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { turnsUntil } from "../../core/turns.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { SYNC_MODES, type SyncMode } from "../policy.ts";

/**
 * Orders of operators: a stop of all writes, and a mode. They are stored with the target and apply to every
 * process and over restarts.
 */
export interface Orders {
  readonly halted?: Halt;
  /** Undefined: the mode of the settings. */
  readonly mode?: SyncMode;
}

export interface Halt {
  readonly by: string;
  readonly reason: string;
  readonly since: Date;
}

export interface OrdersStore {
  orders(): Promise<Orders>;
  /** Stops claims and calls. A second order replaces the reason. */
  halt(halt: Pick<Halt, "by" | "reason">, event: HistoryEvent): Promise<void>;
  /** Records no event if nothing was halted. */
  goOn(event: HistoryEvent): Promise<void>;
  /** Requeues entities held by the mode. Records no event if the order is already in force. */
  orderMode(mode: SyncMode | undefined, event: HistoryEvent): Promise<void>;
}

/**
 * The highest mode that an order may set: the highest setting of the live processes. If none is live, the
 * mode of the last process, or else of the one that asks. Pure.
 */
export function ceilingOf(
  {
    living,
    lastMode,
  }: { readonly living: readonly { readonly mode: SyncMode }[]; readonly lastMode: SyncMode | undefined },
  own: SyncMode,
): SyncMode {
  return SYNC_MODES.findLast((mode) => living.some((process) => process.mode === mode)) ?? lastMode ?? own;
}

/** What an order of a mode comes to. */
export interface ModeOrder {
  readonly ceiling: SyncMode;
  /** False: the mode is above the ceiling, and nothing is stored. */
  readonly isAllowed: boolean;
  /** Undefined: the mode of the settings counts. */
  readonly stored: SyncMode | undefined;
}

/**
 * Ordering the ceiling itself means to follow the settings. Without a live process the ceiling is only the mode
 * of the last one, and the next may have a higher setting, so the order is stored then. Pure.
 */
export function modeOrder(
  mode: SyncMode,
  processes: Parameters<typeof ceilingOf>[0],
  own: SyncMode,
): ModeOrder {
  const ceiling = ceilingOf(processes, own);
  const followsSettings = mode === ceiling && processes.living.length > 0;
  return { ceiling, isAllowed: !isAbove(mode, ceiling), stored: followsSettings ? undefined : mode };
}

const isAbove = (mode: SyncMode, ceiling: SyncMode): boolean =>
  SYNC_MODES.indexOf(mode) > SYNC_MODES.indexOf(ceiling);

/** An order never exceeds the ceiling of the settings. Pure. */
export const modeInForce = (ceiling: SyncMode, ordered: SyncMode | undefined): SyncMode =>
  ordered === undefined || isAbove(ordered, ceiling) ? ceiling : ordered;

/** The orders as this process knows them. */
export interface Steering {
  readonly isHalted: () => boolean;
  /** Changes with each order that stops something. Runs that started before it must not send any more. */
  readonly term: () => number;
  /** Reads the orders now. */
  look(): Promise<void>;
  /** Reads the orders every half second until `signal` is aborted. */
  watch(signal: AbortSignal): Promise<void>;
}

/** In milliseconds. With it every process follows an order within two seconds. */
const LOOK_MS = 500;

export function createSteering({
  store,
  ceiling,
  clock,
  logger,
  wake = () => undefined,
}: {
  readonly store: Pick<OrdersStore, "orders">;
  readonly ceiling: SyncMode;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an order allows more than before. */
  readonly wake?: () => void;
}): Steering {
  let mode = ceiling;
  let halted = false;
  let term = 0;

  async function look(): Promise<void> {
    const orders = await store.orders();
    const now = { mode: modeInForce(ceiling, orders.mode), halted: orders.halted !== undefined };
    if (isAbove(mode, now.mode) || (now.halted && !halted)) term += 1;
    if (now.halted !== halted)
      logger.warn(
        { mode: now.mode },
        now.halted ? "an operator stopped all writes" : "an operator resumed writes",
      );
    if (now.mode !== mode) logger.warn({ mode: now.mode }, "the mode has changed");
    const more = (halted && !now.halted) || isAbove(now.mode, mode);
    ({ mode, halted } = now);
    if (more) wake();
  }

  return {
    isHalted: () => halted,
    term: () => term,
    look,
    // Without the database no run is claimed or begun either.
    watch: (signal) =>
      turnsUntil(signal, look, {
        clock,
        logger,
        everyMs: LOOK_MS,
        failed: "the orders of operators cannot be read; retrying",
      }),
  };
}
