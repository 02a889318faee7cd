import { systemClock } from "../../core/clock.ts";
import type { Taker } from "../../evidence/export.ts";
import type { EventAppender } from "../../history/event-appender.ts";
import type { EventLog } from "../../history/event-log.ts";
import type { LogReader } from "../../history/log/ports.ts";
import { readBuild } from "../../process/build.ts";
import type { Config } from "../../settings/config.ts";
import { withPool } from "./joined-pool.ts";
import { osUser } from "./os-user.ts";
import { ACTOR } from "./records.ts";

export interface HistoryAccess {
  readonly config: Config;
  readonly log: EventLog;
  readonly events: EventAppender;
  readonly entries: LogReader;
  /** The person who runs the command. */
  readonly by: Taker;
  readonly version: string;
}

/** Runs `work` on the history, with or without a running server. */
export const withHistory = <T>(work: (access: HistoryAccess) => Promise<T>): Promise<T> =>
  withPool(async (access) => {
    const [{ createEventLog }, { createEventAppender }, { createLogReader }, { openVault }] =
      await Promise.all([
        import("../../store/history/event-log.ts"),
        import("../../store/history/event-appender.ts"),
        import("../../store/history/log/reader.ts"),
        import("../../keys/open-vault.ts"),
      ]);
    return work({
      config: access.config,
      log: createEventLog(access.pool, await openVault({ ...access, clock: systemClock })),
      events: createEventAppender(access.pool),
      entries: createLogReader(access.pool),
      by: { actor: ACTOR, detail: { osUser: osUser() } },
      version: readBuild().version,
    });
  });
