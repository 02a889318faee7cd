import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { DemoFailed } from "../failure.ts";
import type { ScimRequest } from "./requests.ts";

export interface Answer {
  readonly status: number;
  readonly requestId: string;
  readonly body: JsonObject;
}

/** A request got no answer. Whether it was carried out is unknown. */
export class NoAnswer extends DemoFailed {}

export interface HttpOptions {
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** SCIM requests per second. 0 means no limit. */
  readonly perSecond: number;
  /** Maximum time without an answer of the server, in ms. */
  readonly patienceMs: number;
}

export interface Http {
  /**
   * Sends a SCIM request at the set rate. Repeats it after 429, 503 and a restart of the server, except a
   * POST without an answer: rejects NoAnswer.
   */
  scim(request: ScimRequest): Promise<Answer>;
  /**
   * Sends a GET to the API, and repeats it until there is an answer. Rejects DemoFailed for every status
   * except 200.
   */
  get(path: string): Promise<JsonObject>;
  /** Returns the answer with any status. Rejects NoAnswer if there is none. */
  post(path: string, body: JsonObject): Promise<Answer>;
  /** The same, but repeats the request until there is an answer. */
  put(path: string, body: JsonObject): Promise<Answer>;
  /** Duration of each answered request in ms, without time for waiting. */
  readonly timesMs: readonly number[];
  /** Number of requests without an answer (`away`), and with the answer 429 or 503 (`throttled`). */
  readonly interruptions: { away: number; throttled: number };
}

const AGAIN_MS = 200;
const TIMEOUT_MS = 30_000;

export function createHttp({ url, token, clock, signal, perSecond, patienceMs }: HttpOptions): Http {
  const timesMs: number[] = [];
  const interruptions = { away: 0, throttled: 0 };
  let nextMs = 0;

  async function turn(): Promise<void> {
    if (perSecond === 0) return;
    const nowMs = clock.monotonicMs();
    const atMs = Math.max(nowMs, nextMs);
    nextMs = atMs + 1_000 / perSecond;
    if (atMs > nowMs) await clock.sleep(atMs - nowMs, signal);
  }

  async function exchange({
    method,
    path,
    body,
  }: ScimRequest): Promise<{ readonly answer: Answer; readonly retryAfterMs: number }> {
    signal.throwIfAborted();
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "*/*",
          ...(body
            ? { "content-type": path.startsWith("/scim/") ? "application/scim+json" : "application/json" }
            : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      const answer = {
        status: response.status,
        requestId: response.headers.get("x-request-id") ?? "",
        body: parsed(text),
      };
      return { answer, retryAfterMs: Number(response.headers.get("retry-after") ?? 1) * 1_000 };
    } catch (error) {
      signal.throwIfAborted();
      throw new NoAnswer(`no answer to ${method} ${path}`, { cause: error });
    }
  }

  /** Sends a request until the answer is neither 429 nor 503. */
  async function insist(request: ScimRequest, mayRepeat: boolean): Promise<Answer> {
    const untilMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      const startedMs = clock.monotonicMs();
      try {
        const { answer, retryAfterMs } = await exchange(request);
        if (answer.status !== 429 && answer.status !== 503) {
          timesMs.push(clock.monotonicMs() - startedMs);
          return answer;
        }
        interruptions.throttled += 1;
        if (clock.monotonicMs() > untilMs)
          throw new DemoFailed(
            `${url} has answered ${answer.status} for ${Math.round(patienceMs / 1_000)} s`,
          );
        await clock.sleep(retryAfterMs, signal);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        interruptions.away += 1;
        if (clock.monotonicMs() > untilMs) {
          throw new DemoFailed(
            `the server at ${url} has not answered for ${Math.round(patienceMs / 1_000)} s`,
            { cause: error },
          );
        }
        await clock.sleep(AGAIN_MS, signal);
        if (!mayRepeat) throw error;
      }
    }
  }

  return {
    async scim(request) {
      await turn();
      const answer = await insist({ ...request, path: `/scim/v2${request.path}` }, request.method !== "POST");
      if (answer.status === 401 || answer.status === 403)
        throw new DemoFailed(`the server does not accept the token (${answer.status})`);
      return answer;
    },
    async get(path) {
      const { status, body } = await insist({ method: "GET", path }, true);
      if (status !== 200)
        throw new DemoFailed(
          `${url}${path} answered ${status}; the token needs the scopes provision, history:read and admin`,
        );
      return body;
    },
    post: (path, body) => insist({ method: "POST", path, body }, false),
    put: (path, body) => insist({ method: "PUT", path, body }, true),
    timesMs,
    interruptions,
  };
}

/**
 * The body as an object; `{}` for an empty body (204). Rejects DemoFailed for anything else than a JSON
 * object.
 */
function parsed(text: string): JsonObject {
  if (text === "") return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new DemoFailed("the answer of the server is not a JSON object");
  return value as JsonObject; // an object that JSON.parse made
}
