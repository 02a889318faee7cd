import type { Answers, Session } from "../generated/api.ts";

/** What the API refused. `code` is for programs, `detail` in English for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** The whole problem document, where there is one. */
  readonly problem: Readonly<Record<string, unknown>>;
  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(typeof problem["detail"] === "string" ? problem["detail"] : `HTTP ${status}`);
    this.status = status;
    this.code = typeof problem["code"] === "string" ? problem["code"] : `HTTP_${status}`;
    this.problem = problem;
  }
}

/** Whether an act is refused until the person at the page has signed in again. */
export const needsSignIn = (error: unknown): boolean => error instanceof ApiError && error.code === "SIGN_IN_AGAIN";

export type Operation = keyof Answers;

export interface Given {
  /** For the places in braces of the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

let csrf: string | undefined;

/** Writes carry the token of the session that the page knows. */
export function useSession(session: Session | undefined): void {
  csrf = session?.csrf;
}

/** One call of openapi.yaml. Throws ApiError for what was refused, and TypeError when the server cannot be reached. */
export async function call<O extends Operation>(operation: O, given: Given = {}): Promise<Answers[O]> {
  return (await send(operation, given)) as Answers[O];
}

/** What is no JSON, as it is answered. Throws like `call`. */
export async function fetchRaw(address: string, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch(address, signal ? { signal } : {});
  if (!answer.ok) throw new ApiError(answer.status, await jsonIn(answer));
  return answer;
}

/** For operations that answer nothing. */
export async function send(operation: string, { path = {}, query = {}, body, signal }: Given = {}): Promise<unknown> {
  const [method = "GET", template = "/"] = operation.split(" ");
  const address = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(path[name] ?? ""));
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, String(value)]]));
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

/** An object, which every JSON answer of the API is; an empty one for what is no JSON. */
async function jsonIn(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await answer.text();
  const value: unknown = /json/.test(answer.headers.get("Content-Type") ?? "") && text !== "" ? JSON.parse(text) : {};
  // Looked at in the condition.
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
