import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";
import { sendError } from "./answer.ts";
import { createIdentify, type IdentifyDeps } from "./auth/identify.ts";
import { createHostCheck, type KnownHosts } from "./connection/host.ts";
import { NotFoundPath } from "./errors.ts";
import { createGate } from "./gate.ts";
import { type ObserveRequest, observeRequest } from "./monitoring/observe.ts";
import type { Traffic } from "./monitoring/traffic.ts";
import type { Mount } from "./mount.ts";
import { type RenderError, renderProblem } from "./problem.ts";
import { startTrace, traceOf } from "./request-context.ts";

export interface AppOptions extends KnownHosts, IdentifyDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after every request, for metrics. */
  readonly observe: ObserveRequest;
  readonly mounts: readonly Mount[];
  readonly traffic: Traffic;
}

/**
 * The HTTP entry. Gives each request an id, checks it by its headers, and passes it to the mount that owns
 * the path. The mounts read the bodies. Does nothing on import and does not listen; http/connection/server.ts
 * does.
 */
export function createApp(options: AppOptions): Express {
  const { limits } = options;
  const gateDeps = { identify: createIdentify(options), limits, isOurHost: createHostCheck(options) };
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");

  app.use(begin(options));
  for (const mount of options.mounts) {
    const answer = answerErrors(mount.renderError ?? renderProblem, options);
    app.use(mount.path, createGate(mount, gateDeps), mount.handler, notFound, answer);
  }
  app.use(createGate({ path: "", access: "public" }, gateDeps), notFound);
  app.use(answerErrors(renderProblem, options));
  return app;
}

/** How the room that owns a path renders errors. */
export const renderFor =
  (mounts: readonly Mount[]) =>
  (path: string): RenderError => {
    const lower = path.toLowerCase();
    return (
      mounts.find(({ path: place }) => lower === place || lower.startsWith(`${place}/`))?.renderError ??
      renderProblem
    );
  };

function begin({ clock, logger, observe, traffic }: AppOptions): RequestHandler {
  return (req, res, next) => {
    const startedAt = clock.now();
    const requestId = uuidv7(startedAt.getTime());
    req.url = withoutRepeatedSlashes(req.url);
    startTrace(res, { requestId, startedMs: clock.monotonicMs(), startedAt });
    res.setHeader("X-Request-Id", requestId);
    res.setHeader("X-Content-Type-Options", "nosniff");
    // Answers have personal data, or change at any time (RFC 9111 section 5.2.2.5).
    res.setHeader("Cache-Control", "no-store");
    traffic.arrived();
    res.once("close", () => {
      traffic.left();
      traceOf(res).turn?.end();
      observeRequest(req, res, { clock, logger, observe });
    });
    next();
  };
}

/**
 * Some clients append `/Users` to a base address with a trailing slash. Repeated slashes of a path become one
 * slash. The query stays unchanged.
 */
function withoutRepeatedSlashes(url: string): string {
  const at = url.indexOf("//");
  const query = url.indexOf("?");
  if (at < 0 || !url.startsWith("/") || (query >= 0 && query < at)) return url;
  const end = query < 0 ? url.length : query;
  return url.slice(0, end).replace(/\/{2,}/g, "/") + url.slice(end);
}

const notFound: RequestHandler = () => {
  throw new NotFoundPath();
};

/** Express recognises an error handler by its four parameters. */
const answerErrors =
  (render: RenderError, { logger, clock }: Pick<AppOptions, "logger" | "clock">): ErrorRequestHandler =>
  (error, req, res, _next) =>
    sendError(req, res, { error, render, logger, clock });
