import type { ReadinessCheck } from "../../http/monitoring/health.ts";
import type { Ending } from "../../process/ending.ts";
import { startAlerting } from "../alerts.ts";
import type { ServerContext } from "../components.ts";
import { openFeed } from "../feed.ts";
import { startChecking, startSealing } from "../history.ts";
import { startApi } from "../http/server.ts";
import { startWorkday } from "../import.ts";
import { startFigures } from "../kpis.ts";
import type { RunningSync } from "../sync/start.ts";
import { patiently } from "./patience.ts";

/**
 * For requests and the loop's runs; those that call DingTalk may take longer, and are settled as unknown by
 * the next start.
 */
const GRACE_MS = 10_000;
/** Longer than a part needs that ends by its grace. */
const SLACK_MS = 1_500;

export interface PartsOptions {
  /** The loop, which runs already. */
  readonly sync: RunningSync | undefined;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly signal: AbortSignal;
}

/**
 * Starts the parts that ROLE asks for and that end at the same time: none needs the others, and each may wait
 * for a database that says nothing. Adds each to `working` as soon as it runs.
 */
export async function startParts(
  app: ServerContext,
  working: Ending[],
  { sync, checks, signal }: PartsOptions,
): Promise<void> {
  const { role, workday } = app.config;
  const work = (name: string, part: { stop(graceMs: number): Promise<void> }): void =>
    void working.push({
      name,
      mostMs: GRACE_MS + SLACK_MS,
      leastMs: GRACE_MS,
      end: () => part.stop(GRACE_MS),
    });
  const also = (name: string, mostMs: number, part: { stop(): Promise<void> }): void =>
    void working.push({ name, mostMs, leastMs: 500, end: () => part.stop() });

  if (sync) work("loop", sync);
  if (role !== "worker") work("requests", await patiently(signal, () => startApi(app, checks)));
  if (role !== "api") {
    also("sealer", 3_000, startSealing(app));
    also("check of the history", 3_000, startChecking(app));
  }
  // Whatever else fails later: from here on somebody is told.
  also("alerts", 2_000, startAlerting(app));
  if (role !== "api") also("feed", 2_000, await openFeed(app));
  also("figures", 2_000, startFigures(app));
  if (workday && role !== "api") also("reader of Workday", 5_000, startWorkday(app, workday));
}
