import { Router } from "express";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { methodNotAllowed } from "./methods.ts";
import type { Mount } from "./mount.ts";
import type { ObserveRequest } from "./observe.ts";

/** One registry for the process; rooms that have something to show register it here. Starts the event-loop measurement. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Which program this is. `commit` is empty where the package does not tell. */
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
  return ({ method, route, status, ms }) => duration.observe({ method: METHODS.has(method) ? method : "other", route, status }, ms / 1_000);
}

/** Node knows some 35, and a stranger may send each to every address: those that no address takes are one. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * `/metrics` in Prometheus' text form. Numbers tell how many people there are, so it asks for a token. `openOnLoopback`: not of callers on this machine,
 * which is only right where no proxy runs on it: a plain one looks like a caller itself.
 */
export function metricsEndpoint(registry: Registry, { openOnLoopback }: { readonly openOnLoopback: boolean }): Mount {
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
