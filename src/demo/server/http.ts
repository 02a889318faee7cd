import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { DemoFailed } from "../failure.ts";
import type { ScimRequest } from "./requests.ts";

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly requestId: string;
  readonly body: JsonObject;
}

/** The connection broke before the answer came: the request may or may not have been carried out. */
export class NoAnswer extends DemoFailed {}

export interface HttpOptions {
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** SCIM requests per second; 0 = as fast as the server answers. */
  readonly perSecond: number;
  /** How long the server may be away before the demo gives up. */
  readonly patienceMs: number;
}

export interface Http {
  /** A SCIM request at the set rate. Waits out 429, 503 and a restart; rejects NoAnswer for a POST, which must not be repeated blindly. */
  scim(request: ScimRequest): Promise<Answer>;
  /** A GET of the operators' interface, repeated until it is answered. Rejects for any status but 200. */
  get(path: string): Promise<JsonObject>;
  /** Whatever the answer is. */
  post(path: string, body: JsonObject): Promise<Answer>;
  /** Repeated until it is answered. */
  put(path: string, body: JsonObject): Promise<Answer>;
  /** Milliseconds that SCIM requests took, waiting left out. */
  readonly timesMs: readonly number[];
  /** Times the server was not there or asked to wait. */
  readonly interruptions: { away: number; told: number };
}

const AGAIN_MS = 200;
const TIMEOUT_MS = 30_000;

export function createHttp({ url, token, clock, signal, perSecond, patienceMs }: HttpOptions): Http {
  const timesMs: number[] = [];
  const interruptions = { away: 0, told: 0 };
  let nextMs = 0;

  async function turn(): Promise<void> {
    if (perSecond === 0) return;
    const nowMs = clock.monotonicMs();
    const atMs = Math.max(nowMs, nextMs);
    nextMs = atMs + 1_000 / perSecond;
    if (atMs > nowMs) await clock.sleep(atMs - nowMs, signal);
  }

  async function exchange({ method, path, body }: ScimRequest): Promise<{ readonly answer: Answer; readonly retryAfterMs: number }> {
    signal.throwIfAborted();
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "*/*",
          ...(body ? { "content-type": path.startsWith("/scim/") ? "application/scim+json" : "application/json" } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      const answer = { status: response.status, requestId: response.headers.get("x-request-id") ?? "", body: parsed(text) };
      return { answer, retryAfterMs: Number(response.headers.get("retry-after") ?? 1) * 1_000 };
    } catch (error) {
      signal.throwIfAborted();
      throw new NoAnswer(`no answer to ${method} ${path}`, { cause: error });
    }
  }

  /** Until there is an answer that is one. */
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
        interruptions.told += 1;
        if (clock.monotonicMs() > untilMs) throw new DemoFailed(`${url} answers ${answer.status} all the time`);
        await clock.sleep(retryAfterMs, signal);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        interruptions.away += 1;
        if (clock.monotonicMs() > untilMs) {
          throw new DemoFailed(`the server at ${url} has been away for ${Math.round(patienceMs / 1_000)} s`, { cause: error });
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
      if (answer.status === 401 || answer.status === 403) throw new DemoFailed(`the server does not accept the token (${answer.status})`);
      return answer;
    },
    async get(path) {
      const { status, body } = await insist({ method: "GET", path }, true);
      if (status !== 200)
        throw new DemoFailed(`${url}${path} answered ${status}; the token needs the scopes provision, history:read and admin`);
      return body;
    },
    post: (path, body) => insist({ method: "POST", path, body }, false),
    put: (path, body) => insist({ method: "PUT", path, body }, true),
    timesMs,
    interruptions,
  };
}

/** Nothing for an empty body, which 204 has. Other answers than JSON objects are no answers of this server. */
function parsed(text: string): JsonObject {
  if (text === "") return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new DemoFailed("the server answered something else than a JSON object");
  return value as JsonObject; // an object that JSON.parse made
}
