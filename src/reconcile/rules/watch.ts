import type { Logger } from "../../core/logger.ts";
import { turnsUntil } from "../../core/turns.ts";
import type { Problem } from "../target.ts";
import { letWrite, type SettleDeps, type Standing, settleRules } from "./settle.ts";
import type { RulesStore, WrittenRules } from "./store.ts";
import type { Weighed } from "./weighing.ts";

export interface RulesWatchDeps extends SettleDeps {
  readonly store: RulesStore;
  readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly logger: Logger;
  /** Plans everybody under the own rules, and holds them if they exceed the limits. */
  readonly weigh: (written: WrittenRules, signal: AbortSignal) => Promise<Weighed>;
  /** Called when the new rules allow work. */
  readonly wake: () => void;
}

export interface RulesWatch {
  /** Call this once before the first claim. It does not weigh, because weighing takes long. */
  begin(): Promise<void>;
  /** Weighs new rules, and follows decisions and other processes until `signal` is aborted. */
  watch(signal: AbortSignal): Promise<void>;
  isWorking(): boolean;
  /** The rules are not decided, and only leavers go on. */
  isForLeavers(): boolean;
  /** Why this process does not work by its rules. */
  problem(): Pick<Problem, "code" | "text" | "remedy"> | undefined;
}

/** In milliseconds. An approval takes effect within about a second. */
const LOOK_MS = 1_000;

export function createRulesWatch(deps: RulesWatchDeps): RulesWatch {
  const { store, clock, logger, weigh, wake } = deps;
  let standing: Standing | undefined;
  /** Until the start is decided, this process may replace the rules of others. */
  let starting = true;

  async function look(): Promise<void> {
    const before = standing;
    standing = await settleRules(deps, {
      starting,
      ...(before?.kind === "held" ? { awaited: before.hold.id } : {}),
    });
    if (standing.kind !== "toWeigh") starting = false;
    if (standing.kind === before?.kind) return;
    if (standing.kind === "held") {
      const { hold, leaversGoOn } = standing;
      logger.error({ hold: hold.id, state: hold.state, leaversGoOn }, HELD);
    }
    if (standing.kind === "rests")
      logger.warn({}, "another process uses another mapping or policy; this process is paused");
    if (standing.kind !== "works" || !before) return;
    logger.info({}, "this process uses its mapping and policy");
    wake();
  }

  async function compare(signal: AbortSignal): Promise<void> {
    await store.aloneAtWeighing(async () => {
      // Another process may have decided in the meantime.
      await look();
      if (standing?.kind !== "toWeigh") return;
      const { written, leaversGoOn } = standing;
      const { hold } = await weigh(written, signal);
      if (hold)
        logger.error({ hold: hold.id, leaversGoOn, exceeded: hold.exceeded.map(({ limit }) => limit) }, HELD);
      else standing = await letWrite(deps, await store.rules(), starting);
      starting = false;
      if (!hold) wake();
    });
    await look();
  }

  return {
    begin: look,

    watch(signal) {
      const turn = () => (standing?.kind === "toWeigh" ? compare(signal) : look());
      // While the rules are not settled, nothing is claimed.
      return turnsUntil(signal, turn, {
        clock,
        logger,
        everyMs: LOOK_MS,
        failed: "mapping and policy cannot be registered; retrying",
      });
    },

    isWorking: () => standing?.kind === "works",
    isForLeavers: () => (standing?.kind === "held" || standing?.kind === "toWeigh") && standing.leaversGoOn,
    problem: () => standing && problemOf(standing),
  };
}

const HELD =
  "the mapping or policy of this process would change more than the limits allow; until an operator decides, it sends nothing, or only leavers";

const LEAVERS_ONLY = "leavers go on, and everything else waits";
const NOBODY = "everything waits, leavers too, because the rules about leavers have changed or are not known";

function problemOf(standing: Standing): Pick<Problem, "code" | "text" | "remedy"> | undefined {
  switch (standing.kind) {
    case "works":
      return undefined;
    case "held": {
      const { id, state } = standing.hold;
      const { leaversGoOn } = standing;
      return {
        code: leaversGoOn ? "rulesHeldLeaversGoOn" : "rulesHeld",
        text: `the mapping or policy would change more than the limits of the policy allow: hold ${id} is ${state}; ${leaversGoOn ? LEAVERS_ONLY : NOBODY}`,
        remedy:
          state === "open"
            ? `look at hold ${id}: approve it if this is intended, else start with the previous mapping and policy`
            : "start with the previous mapping and policy, or with corrected ones",
      };
    }
    case "rests":
      return {
        code: "rulesOfOthers",
        text: "another process uses another mapping or policy, or waits for a decision about them",
        remedy: "start all processes with the same MAPPING_FILE and POLICY_FILE",
      };
    case "toWeigh":
      return {
        code: "rulesWeighed",
        text: "the changes by the new mapping or policy are being counted",
        remedy: "wait",
      };
  }
}
