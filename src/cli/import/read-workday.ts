import { pullFromWorkday, workdaySourceId } from "../../compose/import.ts";
import { loadWorkday } from "../../compose/load-rules.ts";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import type { ImportResult } from "../../import/run.ts";
import { nextReading, type Reading } from "../../import/workday/reading.ts";
import { openVault } from "../../keys/open-vault.ts";
import { createPrisma } from "../../store/access/prisma.ts";
import { createSources } from "../../store/access/sources.ts";
import { createReadingStore } from "../../store/import/readings.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";

export interface WorkdayRequest {
  readonly full?: true;
  readonly count?: number;
  readonly writes: boolean;
}

/** Undefined: another process is reading, and a message says so. */
export const readWorkday = ({
  full,
  count,
  writes,
}: WorkdayRequest): Promise<{ readonly reading: Reading; readonly result: ImportResult } | undefined> =>
  withInterrupt((signal) =>
    withPool(async ({ config, pool }) => {
      const { workday: settings } = config;
      if (!settings)
        throw new CannotStart(["WORKDAY_FILE must be set: it says which report is read (docs/workday.md)"]);
      const plan = loadWorkday(settings);
      const app = {
        config,
        pool,
        vault: await openVault({ config, pool, clock: systemClock }),
        clock: systemClock,
      };
      const sources = createSources(createPrisma(pool), systemClock);
      const sourceId = await workdaySourceId(sources, plan, { actor: ACTOR, writes });
      const readings = createReadingStore(pool);
      const last = await readings.last(sourceId);
      const reading: Reading =
        full || count !== undefined ? { kind: "everybody" } : nextReading(plan, last, systemClock.now());
      let result: ImportResult | undefined;
      const alone = await readings.alone(sourceId, async () => {
        result = await pullFromWorkday(app, {
          plan,
          settings,
          reading,
          sourceId,
          writes,
          ...(count === undefined ? {} : { confirmed: count }),
          detail: { osUser: osUser() },
          signal,
        });
      });
      if (!alone || !result) {
        say(t("dingtalk-scim: another process is reading Workday at the moment; try again when it is done"));
        foundProblems();
        return undefined;
      }
      return { reading, result };
    }),
  );
