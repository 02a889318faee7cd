import { Router } from "express";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { methodNotAllowed } from "../methods.ts";
import type { Mount } from "../mount.ts";
import type { ObserveRequest } from "./observe.ts";

/**
 * The registry of the process. Rooms register their metrics in it. Starts the measurement of the event loop.
 */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The version of this program. `commit` is empty if the package does not have it. */
export interface Build {
  readonly version: string;
  readonly node: string;
  readonly commit: string;
}

export function showBuild(registry: Registry, { version, node, commit }: Build): void {
  new Gauge({
    name: "dingtalk_scim_build_info",
    help: "Always 1; the labels tell which program answers",
    labelNames: ["version", "node", "commit"],
    registers: [registry],
  }).set({ version, node, commit }, 1);
}

/** Requests by method, route pattern and status: `…_count` is the counter. */
export function observeIn(registry: Registry): ObserveRequest {
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the head of a request to the end of its answer",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return ({ method, route, status, ms }) =>
    duration.observe({ method: METHODS.has(method) ? method : "other", route, status }, ms / 1_000);
}

/**
 * Methods with a label of their own. Node accepts about 35 methods, and a stranger may send each of them to
 * each address. All others share one label.
 */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * `/metrics` in the text form of Prometheus. It needs a token, because its numbers include the number of
 * people. `openOnLoopback`: callers on this machine need no token. This is only safe without a proxy on this
 * machine, because a plain proxy looks like such a caller.
 */
export function metricsEndpoint(
  registry: Registry,
  { openOnLoopback }: { readonly openOnLoopback: boolean },
): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (_req, res) => {
      const text = await registry.metrics();
      res.setHeader("Content-Type", registry.contentType);
      res.end(text);
    })
    .all(methodNotAllowed("GET"));
  return { path: "/metrics", access: ["metrics", "admin"], openOnLoopback, anyHost: true, handler: router };
}
