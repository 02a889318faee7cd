import type { CheckStore } from "../../../history/log/checker.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";

/**
 * A check begins a day after the last one. A check that never ended (its process was killed) no longer blocks
 * others after 6 hours.
 */
const BEGIN: Statement = {
  name: "log-check-begin",
  text: `update history_log l set check_began_at = $1
    where (l.checked_at is null or l.checked_at < $1::timestamptz - interval '1 day')
      and (l.check_began_at is null or l.check_began_at < $1::timestamptz - interval '6 hours') returning 1`,
};
const END: Statement = {
  name: "log-check-end",
  text: "update history_log l set checked_at = $1, check_began_at = null, fault = $2",
};
const GIVE_UP: Statement = {
  name: "log-check-give-up",
  text: "update history_log l set check_began_at = null",
};

export const createCheckStore = (pool: Pool): CheckStore => ({
  begin: async (at) => (await run(pool, BEGIN, [at])).length > 0,

  async end(at, fault) {
    await run(pool, END, [at, fault ?? null]);
  },

  async giveUp() {
    await run(pool, GIVE_UP, []);
  },
});
