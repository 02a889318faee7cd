import { type Request, type Response, Router } from "express";
import type { Clock } from "../core/clock.ts";
import { sendJson } from "../http/answer.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import type { Latency } from "../kpis/latency.ts";
import { DAY_MS, HOUR_MS, WEEK_MS, weekOf } from "../kpis/periods.ts";
import type { KpiStore } from "../kpis/ports.ts";
import { type KpiTargets, lastDayOf, MINUTES_BY_HAND, weeksOf } from "../kpis/weeks.ts";
import type { SyncOperations } from "../reconcile/status.ts";
import { InvalidParameter, textOf } from "./query-values.ts";

export interface KpisOptions {
  readonly kpis: Pick<KpiStore, "hours">;
  readonly operations: Pick<SyncOperations, "status">;
  readonly targets: KpiTargets;
  readonly clock: Clock;
}

const DEFAULT_WEEKS = 13;
const MAX_WEEKS = 156;

/** `/api/kpis`: the figures of docs/kpis.md by week, and latency and calls of the last day. */
export function kpisEndpoint({ kpis, operations, targets, clock }: KpisOptions): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const count = weeksIn(req);
      const now = clock.now();
      const from = Math.min(weekOf(now).getTime() - (count - 1) * WEEK_MS, now.getTime() - DAY_MS - HOUR_MS);
      const [hours, { calls }] = await Promise.all([kpis.hours(new Date(from)), operations.status()]);
      const day = lastDayOf(
        hours,
        now,
        calls.reduce((sum, each) => sum + each.count, 0),
        targets,
      );
      sendJson(res, 200, {
        targets: { ...targets, minutesByHand: MINUTES_BY_HAND },
        day: {
          latency: renderLatency(day.latency),
          calls: day.calls ?? null,
          callsSince: day.callsSince ?? null,
        },
        weeks: weeksOf(hours, now, count, targets).map(({ latency, accuracy, coverage, ...week }) => ({
          ...week,
          accuracy: accuracy ?? null,
          coverage: coverage ?? null,
          latency: renderLatency(latency),
        })),
      });
    })
    .all(methodNotAllowed("GET"));
  return { path: "/api/kpis", access: ["admin", "history:read"], handler: router };
}

function weeksIn(req: Request): number {
  const text = textOf(req, "weeks");
  if (text === undefined) return DEFAULT_WEEKS;
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > MAX_WEEKS)
    throw new InvalidParameter(`weeks must be a whole number from 1 to ${MAX_WEEKS}`);
  return Number(text);
}

const renderLatency = ({ p50, p95, p99, withinTarget, histogram, count }: Latency) => ({
  p50: p50 ?? null,
  p95: p95 ?? null,
  p99: p99 ?? null,
  count,
  withinTarget: withinTarget ?? null,
  histogram: histogram.map((step) => ({ upTo: step.upTo ?? null, count: step.count })),
});
