import type { Request, Response } from "express";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { traceOf } from "../request-context.ts";

/** A finished request without anything personal: `route` is the pattern, such as `/scim/v2/Users/:id`. */
export interface FinishedRequest {
  readonly method: string;
  readonly route: string;
  /** 499: the client disconnected before the answer was complete. */
  readonly status: number;
  readonly ms: number;
  /** Only for authenticated callers. */
  readonly sourceId?: string;
}

export type ObserveRequest = (request: FinishedRequest) => void;

const CLIENT_WENT_AWAY = 499;
/** Not logged: probes come every few seconds and would hide the rest. */
const QUIET: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

export interface ObserveDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observe: ObserveRequest;
}

/** The one log line of a request, with the ids that history uses, and its metrics. */
export function observeRequest(req: Request, res: Response, { clock, logger, observe }: ObserveDeps): void {
  const { requestId, startedMs, actor, mount } = traceOf(res);
  const finished: FinishedRequest = {
    method: req.method,
    route: routeOf(req, mount),
    status: res.writableFinished ? res.statusCode : CLIENT_WENT_AWAY,
    ms: Math.round((clock.monotonicMs() - startedMs) * 100) / 100,
    ...(actor ? { sourceId: actor.sourceId } : {}),
  };
  observe(finished);
  const line = {
    requestId,
    ...finished,
    actor: actor?.id,
    clientRequestId: clientRequestId(req.headers["x-request-id"]),
  };
  if (QUIET.has(finished.route) && finished.status < 400) logger.debug(line, "request");
  else logger.info(line, "request");
}

function routeOf(req: Request, mount: string | undefined): string {
  const pattern: unknown = req.route?.path;
  // After an error, express has reset `baseUrl` to that of the mount, while the pattern is still that of the
  // route.
  if (typeof pattern === "string")
    return `${req.baseUrl || mount || ""}${pattern === "/" ? "" : pattern}` || "/";
  return mount ? `${mount}/*` : "unmatched";
}

const SANE_ID = /^[A-Za-z0-9-]{8,64}$/;

/**
 * The request id of a client or proxy, if it has the form of an id. It is only logged, to find the records of
 * the other side.
 */
function clientRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" && SANE_ID.test(header) ? header : undefined;
}
