import type pg from "pg";
import type { PauseLift } from "../reconcile/preflight.ts";
import { run, type Statement } from "./postgres.ts";

const LIFT: Statement = {
  name: "pause-lift",
  text: "update target_states set paused_until = null, pause_reason = null where target = $1 and starts_with(pause_reason, $2)",
};

export const createPauseLift = (pool: pg.Pool, target: string): PauseLift => ({
  async liftPause(beginning) {
    await run(pool, LIFT, [target, beginning]);
  },
});
