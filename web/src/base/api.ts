import type { Answers, Session } from "../generated/api.ts";

/**
 * An error answer of the API. `code` is for programs. The message is the `detail` of the answer, in English.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** The whole problem document (RFC 9457). Empty if the answer has none. */
  readonly problem: Readonly<Record<string, unknown>>;
  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(typeof problem["detail"] === "string" ? problem["detail"] : `HTTP ${status}`);
    this.status = status;
    this.code = typeof problem["code"] === "string" ? problem["code"] : `HTTP_${status}`;
    this.problem = problem;
  }
}

/** True: the act was refused because the sign-in is too old. It is possible after a new sign-in. */
export const needsSignIn = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "SIGN_IN_AGAIN";

export type Operation = keyof Answers;

export interface Given {
  /** Values for the names in braces in the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

let csrf: string | undefined;

/** Sets the session of the page. Writes send its CSRF token. */
export function useSession(session: Session | undefined): void {
  csrf = session?.csrf;
}

/**
 * One call of openapi.yaml. Rejects with ApiError for an error answer, and with TypeError if the server
 * cannot be reached.
 */
export async function call<O extends Operation>(operation: O, given: Given = {}): Promise<Answers[O]> {
  return (await send(operation, given)) as Answers[O];
}

/** The answer of an address that does not return JSON. Rejects as `call` does. */
export async function fetchRaw(address: string, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch(address, signal ? { signal } : {});
  if (!answer.ok) throw new ApiError(answer.status, await jsonIn(answer));
  return answer;
}

/** As `call`, for operations without a result. */
export async function send(
  operation: string,
  { path = {}, query = {}, body, signal }: Given = {},
): Promise<unknown> {
  const [method = "GET", template = "/"] = operation.split(" ");
  const address = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(path[name] ?? ""),
  );
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  const search = pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : "";
  const answer = await fetch(address + search, {
    method,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(method === "GET" || csrf === undefined ? {} : { "X-CSRF-Token": csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const value = await jsonIn(answer);
  if (!answer.ok) throw new ApiError(answer.status, value);
  return value;
}

/** The JSON of an answer. Every JSON answer of the API is an object. Empty if the answer is not JSON. */
async function jsonIn(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await answer.text();
  const value: unknown =
    /json/.test(answer.headers.get("Content-Type") ?? "") && text !== "" ? JSON.parse(text) : {};
  // The condition proves the cast.
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
