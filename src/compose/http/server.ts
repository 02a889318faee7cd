import { readFileSync } from "node:fs";
import { createMetrics } from "../../api/metrics/all.ts";
import { type AppOptions, createApp, renderFor } from "../../http/app.ts";
import { messagesOf } from "../../http/connection/express-messages.ts";
import { type HttpServer, startHttpServer } from "../../http/connection/server.ts";
import { healthMounts, type ReadinessCheck } from "../../http/monitoring/health.ts";
import { metricsEndpoint } from "../../http/monitoring/metrics.ts";
import { dashboardMounts } from "../../http/pages/dashboard.ts";
import { docsMounts } from "../../http/pages/docs.ts";
import { dashboardDirectory, openapiFile } from "../../process/paths.ts";
import { createMeterStore } from "../../store/status/meters.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { ServerContext } from "../components.ts";
import { openAccess } from "./access.ts";
import { historyMounts } from "./history.ts";
import { loopMounts } from "./loop.ts";
import { peopleMounts } from "./people.ts";
import { openReaders, type Readers } from "./readers.ts";

/* The HTTP side: all addresses with their implementations. */

/** SCIM, the API for operators and auditors, OAuth, probes and documents on one listener. */
export async function startApi(
  app: ServerContext,
  checks: Readonly<Record<string, ReadinessCheck>>,
): Promise<HttpServer> {
  const { config, clock, logger } = app;
  const options = await composeApi(app, checks);
  const express = createApp(options);
  return startHttpServer({
    host: config.host,
    port: config.port,
    handler: express,
    messages: messagesOf(express),
    clock,
    logger,
    limits: { connectionsPerAddress: config.connectionsPerAddress },
    trustedProxies: config.trustedProxies,
    renderFor: renderFor(options.mounts),
  });
}

/** All addresses with their implementations. Does not listen. */
export async function composeApi(
  app: ServerContext,
  checks: Readonly<Record<string, ReadinessCheck>>,
): Promise<AppOptions> {
  const { config, clock, logger, traffic } = app;
  const access = await openAccess(app);
  const readers = openReaders(app);
  const { registry, observe } = metricsOf(app, readers);
  return {
    ...access.identify,
    publicUrl: config.publicUrl,
    host: config.host,
    clock,
    logger,
    observe,
    traffic,
    mounts: [
      // Searched in this order for every request. Most requests are SCIM.
      ...peopleMounts(app, readers),
      ...historyMounts(app, readers, access.actorNames),
      ...loopMounts(app, readers, access.signingKey),
      ...access.mounts,
      ...healthMounts({ checks, clock, logger }),
      metricsEndpoint(registry, { openOnLoopback: config.metricsOpenOnLoopback }),
      ...docsMounts(readFileSync(openapiFile, "utf8"), config.publicUrl),
      ...dashboardMounts(dashboardDirectory),
    ],
  };
}

const metricsOf = (
  { pool, replica, clock, logger, meter }: ServerContext,
  { operations, incidents, feed, build }: Readers,
) =>
  createMetrics({
    target: TARGET,
    build,
    clock,
    logger,
    meter,
    status: operations.status,
    alerts: incidents.figures,
    feed: feed.figures,
    listening: async () => ({ listening: await operations.listening() }),
    replica: () => replica?.state(),
    meters: createMeterStore(pool, TARGET),
  });
