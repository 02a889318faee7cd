import { systemClock } from "../../core/clock.ts";
import type { Config } from "../../settings/config.ts";
import type { LoginLinks } from "../../store/access/sessions.ts";
import type { Sources } from "../../store/access/sources.ts";
import type { Tokens } from "../../store/access/tokens.ts";
import type { Trusts } from "../../store/access/trusts.ts";
import { withPool } from "./joined-pool.ts";

/** The actor of changes at the command line, in the history. */
export const ACTOR = "cli";

export interface Records {
  readonly config: Config;
  readonly sources: Sources;
  readonly tokens: Tokens;
  readonly trusts: Trusts;
  readonly sessions: LoginLinks;
}

/** Runs `work` on tokens, trusts and sources, with or without a running server. */
export const withRecords = <T>(work: (records: Records) => Promise<T>): Promise<T> =>
  withPool(async ({ config, pool }) => {
    const [{ createPrisma }, { createSources }, { createTokens }, { createTrusts }, { createSessionStore }] =
      await Promise.all([
        import("../../store/access/prisma.ts"),
        import("../../store/access/sources.ts"),
        import("../../store/access/tokens.ts"),
        import("../../store/access/trusts.ts"),
        import("../../store/access/sessions.ts"),
      ]);
    const database = createPrisma(pool);
    const environment = config.dingtalk.kind === "sandbox" ? "test" : "live";
    return work({
      config,
      sources: createSources(database, systemClock),
      tokens: createTokens({ database, clock: systemClock, environment }),
      trusts: createTrusts(database, systemClock),
      sessions: createSessionStore(database, systemClock),
    });
  });
