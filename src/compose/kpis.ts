import type { AppContext } from "./components.ts";
import { type RunningKpis, startKpis } from "../kpis/run.ts";
import { loadMapping } from "./load-rules.ts";
import { createKpiStore } from "../store/kpis/kpis.ts";
import { readStats } from "../store/status/figures.ts";
import { TARGET } from "../targets/target-name.ts";

/** In every process, whatever its role: whichever comes first brings the figures up to date. */
export const startFigures = ({ config, pool, clock, logger }: Omit<AppContext, "traffic" | "meter">): RunningKpis =>
  startKpis({
    store: createKpiStore(pool, TARGET, () => readStats(pool, TARGET)),
    leaverMinutes: config.leaverMinutes,
    attributes: loadMapping(config, TARGET).personAttributes,
    clock,
    logger,
  });
