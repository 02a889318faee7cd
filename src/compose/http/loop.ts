import { feedEndpoint } from "../../api/feed.ts";
import { incidentsEndpoint } from "../../api/incidents.ts";
import { kpisEndpoint } from "../../api/kpis.ts";
import { holdsEndpoint } from "../../api/sync/holds.ts";
import { syncEndpoint } from "../../api/sync/sync.ts";
import { createSecurityEventTokens } from "../../http/auth/oauth/security-event-tokens.ts";
import type { Mount } from "../../http/mount.ts";
import { createKeptPlans } from "../../reconcile/compare/kept-plans.ts";
import type { WholePlan } from "../../reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../../reconcile/policy.ts";
import { createAssessmentRequests } from "../../store/adopt/assessments.ts";
import { createAdoptionOperations } from "../../store/adopt/decisions.ts";
import { createKpiHours } from "../../store/kpis/kpis.ts";
import { createHolds } from "../../store/loop/guard/holds.ts";
import { readingFrom } from "../../store/replica.ts";
import { createPutBack } from "../../store/status/put-back.ts";
import { TARGET } from "../../targets/target-name.ts";
import { type AppContext, type ServerContext, syncComponents, wholePlan } from "../components.ts";
import { loadFeed } from "../load-rules.ts";
import { organisationSettings, sandboxUrl } from "../sandbox.ts";
import type { OpenAccess } from "./access.ts";
import type { Readers } from "./readers.ts";

/** The loop for operators: its state, holds, incidents, figures and orders. */
export function loopMounts(
  app: ServerContext,
  { past: { reads }, operations, incidents, feed }: Readers,
  signingKey: OpenAccess["signingKey"],
): readonly Mount[] {
  const { config, pool, vault, replica, clock, logger } = app;
  const { publicUrl } = config;
  const sandbox = sandboxUrl(config);
  const holds = createHolds(pool, TARGET, clock);
  return [
    // Before the mount of its parent path.
    holdsEndpoint({ holds, clock, sandbox: sandbox !== undefined }),
    syncEndpoint({
      reads,
      adoptions: createAdoptionOperations(pool, TARGET, vault),
      assessments: createAssessmentRequests(pool, TARGET),
      plans: createKeptPlans({ make: (mode) => planUnderRules(app, mode), clock, logger, target: TARGET }),
      operations,
      holds,
      removed: createPutBack(pool, TARGET, clock),
      incidents,
      clock,
      target: TARGET,
      replica: () => replica?.state(),
      ceiling: config.syncMode,
      callsPerSecond: config.dingtalk.qps,
      ...(sandbox === undefined ? {} : { sandbox }),
    }),
    kpisEndpoint({
      kpis: readingFrom(replica, pool, (from) => createKpiHours(from, TARGET)),
      operations,
      targets: { latencySeconds: config.latencyTargetSeconds, leaverMinutes: config.leaverMinutes },
      clock,
    }),
    incidentsEndpoint({ incidents, language: config.alerts.language, clock, target: TARGET }),
    feedEndpoint({
      entries: loadFeed(config),
      store: feed,
      tokens: createSecurityEventTokens({ publicUrl, signingKey, clock }),
      clock,
      logger,
      target: TARGET,
    }),
  ];
}

/** The plan of everybody under the rules of this installation, with a target of its own. */
async function planUnderRules(app: AppContext, mode: SyncMode): Promise<WholePlan> {
  const parts = syncComponents(app, organisationSettings(app.config));
  try {
    return await wholePlan({ ...app, ...parts }, mode, new AbortController().signal);
  } finally {
    parts.target.close();
  }
}
