import { setTimeout as wait } from "node:timers/promises";

/*
 * A SCIM client for any server. It depends only on the RFCs. It remembers the resources that it creates, so
 * that `clean` can remove them.
 */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body. `{}` if there is none, or if it is not JSON. */
  readonly body: Resource;
}

/** Parsed JSON of any shape. A case fails if the shape is not the expected one. */
// biome-ignore lint/suspicious/noExplicitAny: a case reads the answers of an unknown server; every access is an assertion.
export type Resource = Record<string, any>;

export interface Exchange {
  readonly method: string;
  /** Path below the SCIM root, without the query. */
  readonly path: string;
  readonly answer: Answer;
}

export interface ScimServer {
  /** URL of the SCIM root. */
  readonly base: string;
  readonly token: string;
  /** Called after every exchange. */
  readonly observe?: (exchange: Exchange) => void;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Body to send unchanged, instead of JSON. */
  readonly raw?: string;
}

export interface ScimClient {
  readonly base: string;
  readonly token: string;
  send(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>;
  get(path: string, query?: RequestOptions["query"]): Promise<Answer>;
  /** Creates a user with these attributes and a unique userName. Throws unless the server answers 201. */
  user(attributes?: Resource): Promise<Resource>;
  group(attributes?: Resource): Promise<Resource>;
  patch(path: string, ...operations: readonly Resource[]): Promise<Answer>;
  /** A word that no other case uses. */
  unique(prefix: string): string;
  /** Removes all resources that this client created. */
  clean(): Promise<void>;
}

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const message = (name: string): string => `urn:ietf:params:scim:api:messages:2.0:${name}`;

let counter = 0;

export function createScimClient({ base, token, observe }: ScimServer): ScimClient {
  const made: string[] = [];
  const run = Math.random().toString(36).slice(2, 8);

  async function send(
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const query = options.query ? `?${searchOf(options.query)}` : "";
    const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetchPatiently(`${base}${path}${query}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(payload === undefined ? {} : { "content-type": "application/scim+json" }),
        ...options.headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await response.text();
    const answer: Answer = { status: response.status, headers: response.headers, text, body: parsed(text) };
    if (method === "POST" && answer.status === 201 && typeof answer.body.id === "string")
      made.push(`${path}/${answer.body.id}`);
    observe?.({ method, path: path.split("?")[0]!, answer });
    return answer;
  }

  async function make(path: string, attributes: Resource): Promise<Resource> {
    const answer = await send("POST", path, attributes);
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  const unique = (prefix: string): string => {
    counter += 1;
    return `${prefix}-${run}-${counter}`;
  };

  return {
    base,
    token,
    send,
    unique,
    get: (path, query) => send("GET", path, undefined, query ? { query } : {}),
    user: (attributes = {}) => make("/Users", { schemas: [USER], userName: unique("user"), ...attributes }),
    group: (attributes = {}) =>
      make("/Groups", { schemas: [GROUP], displayName: unique("group"), ...attributes }),
    patch: (path, ...operations) =>
      send("PATCH", path, { schemas: [message("PatchOp")], Operations: operations }),
    async clean() {
      await sideBySide(made.splice(0).reverse(), (path) => send("DELETE", path));
    },
  };
}

/** Number of requests of one case at the same time. It is small, because the server may be slow. */
const LANES = 8;

/**
 * Runs `work` for all items, at most `LANES` at the same time. Resolves with the results in the order of the
 * items.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of left) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

const PATIENCE = 20;

/**
 * Repeats a request after 429 (RFC 6585 section 4), when `Retry-After` has passed. The server has not carried
 * it out. 20 tries at most.
 */
async function fetchPatiently(url: string, request: RequestInit): Promise<Response> {
  for (let round = 1; ; round++) {
    const response = await fetch(url, request);
    if (response.status !== 429 || round === PATIENCE) return response;
    await wait(Number(response.headers.get("retry-after") ?? 1) * 1_000);
  }
}

const searchOf = (query: Readonly<Record<string, string | number>>): URLSearchParams =>
  new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]));

function parsed(text: string): Resource {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}
