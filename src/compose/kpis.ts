import type { Turns } from "../core/turns.ts";
import { startKpis } from "../kpis/run.ts";
import { createKpiStore } from "../store/kpis/kpis.ts";
import { readStats } from "../store/status/figures.ts";
import { TARGET } from "../targets/target-name.ts";
import type { AppContext } from "./components.ts";
import { loadMapping } from "./load-rules.ts";

/** Runs in every process of any role. The first one to run updates the figures. */
export const startFigures = ({ config, pool, clock, logger }: Omit<AppContext, "traffic" | "meter">): Turns =>
  startKpis({
    store: createKpiStore(pool, TARGET, () => readStats(pool, TARGET)),
    leaverMinutes: config.leaverMinutes,
    attributes: loadMapping(config, TARGET).personAttributes,
    clock,
    logger,
  });
