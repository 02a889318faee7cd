import type { AppContext, SyncComponents } from "../../compose/components.ts";
import { systemClock } from "../../core/clock.ts";
import { createMeter } from "../../core/meter.ts";
import { createTraffic } from "../../http/monitoring/traffic.ts";
import type { Config } from "../../settings/config.ts";
import { TARGET } from "../../targets/target-name.ts";
import { withPool } from "./joined-pool.ts";

export interface OpenApp extends AppContext, SyncComponents {}

/**
 * Runs `work` with the parts of the loop, with or without a running server. The loop itself does not run
 * here. `other`: settings that replace the present ones.
 */
export const withApp = <T>(
  work: (app: OpenApp) => Promise<T>,
  other: Partial<Pick<Config, "mappingFile" | "policyFile">> = {},
): Promise<T> => {
  const checkRules = async (config: Config) =>
    (await import("../../compose/load-rules.ts")).loadRules({ ...config, ...other }, TARGET);
  return withPool(async (joined) => {
    const [{ syncComponents, startMeter }, { openVault }, { organisationSettings }] = await Promise.all([
      import("../../compose/components.ts"),
      import("../../keys/open-vault.ts"),
      import("../../compose/sandbox.ts"),
    ]);
    const app = {
      ...joined,
      vault: await openVault({ ...joined, clock: systemClock }),
      config: { ...joined.config, ...other },
      clock: systemClock,
      traffic: createTraffic(),
      meter: createMeter(),
    };
    const parts = syncComponents(app, organisationSettings(app.config));
    const meter = startMeter(app);
    try {
      return await work({ ...app, ...parts });
    } finally {
      await meter.stop();
      parts.target.close();
    }
  }, checkRules);
};
