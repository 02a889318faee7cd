import { Router } from "express";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { sendJson } from "../answer.ts";
import { methodNotAllowed } from "../methods.ts";
import type { Mount } from "../mount.ts";

/**
 * A dependency that must work before the server gets traffic, such as `database`. Rejects with any reason if
 * it does not work.
 */
export type ReadinessCheck = (signal: AbortSignal) => Promise<void>;

export interface HealthOptions {
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, "ok" | "failing">>;
}

const CHECK_TIMEOUT_MS = 2_000;
/** Minimum time between two runs of the checks, because probes need no credential. */
const MAX_AGE_MS = 1_000;

/**
 * `/healthz`: the process and its event loop run. `/readyz`: all checks succeed; otherwise 503 with the names
 * of failed checks, without reasons.
 */
export function healthMounts({ checks, clock, logger }: HealthOptions): readonly Mount[] {
  let latest: { readonly atMs: number; readonly readiness: Promise<Readiness> } | undefined;
  const readiness = (): Promise<Readiness> => {
    const nowMs = clock.monotonicMs();
    if (!latest || nowMs - latest.atMs > MAX_AGE_MS)
      latest = { atMs: nowMs, readiness: runChecks(checks, logger) };
    return latest.readiness;
  };

  const live = Router();
  live
    .route("/")
    .get((_req, res) => sendJson(res, 200, { status: "ok" }))
    .all(methodNotAllowed("GET"));

  const ready = Router();
  ready
    .route("/")
    .get(async (_req, res) => {
      const state = await readiness();
      if (!state.ready) res.setHeader("Retry-After", "5");
      sendJson(res, state.ready ? 200 : 503, {
        status: state.ready ? "ready" : "notReady",
        checks: state.checks,
      });
    })
    .all(methodNotAllowed("GET"));

  return [
    { path: "/healthz", access: "public", anyHost: true, handler: live },
    { path: "/readyz", access: "public", anyHost: true, handler: ready },
  ];
}

async function runChecks(checks: HealthOptions["checks"], logger: Logger): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
      try {
        await Promise.race([check(signal), aborted(signal)]);
        return [name, "ok"] as const;
      } catch (error) {
        logger.warn({ check: name, error }, "not ready");
        return [name, "failing"] as const;
      }
    }),
  );
  return { ready: results.every(([, result]) => result === "ok"), checks: Object.fromEntries(results) };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
