import { Agent, request } from "node:http";
import { systemClock } from "../../src/core/clock.ts";
import type { Product } from "../support/product.ts";
import type { Known } from "./messages.ts";
import { type FuzzedRequest, fuzzedRequest } from "./requests.ts";

export interface Fuzzing {
  readonly product: Product;
  readonly seed: number;
  readonly requests: number;
  /** Number of the first request. The default is 0. */
  readonly from?: number;
  readonly progress?: (done: number) => void;
}

export interface Failure {
  readonly number: number;
  readonly request: FuzzedRequest;
  /** HTTP status. 0 if there was no answer. */
  readonly status: number;
  readonly requestId: string | undefined;
  readonly answer: string;
}

export interface Outcome {
  readonly failures: readonly Failure[];
  readonly byStatus: ReadonlyMap<number, number>;
}

const USERS = 24;
const GROUPS = 6;
const SIDE_BY_SIDE = 6;
/** New resources are created after this number of requests, because deletes remove them. */
const ROUND = 500;
const MOST_FAILURES = 20;

/**
 * Sends `requests` requests that depend on the seed. A failure is an undocumented answer of 5xx, or no
 * answer.
 */
export async function fuzz({ product, seed, requests, from = 0, progress }: Fuzzing): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: SIDE_BY_SIDE });
  const failures: Failure[] = [];
  const byStatus = new Map<number, number>();
  try {
    for (let begin = from; begin < from + requests && failures.length < MOST_FAILURES; begin += ROUND) {
      const known = await population(product, `${seed}-${begin}`);
      let next = begin;
      const end = Math.min(begin + ROUND, from + requests);
      const lane = async () => {
        while (next < end) {
          const number = next++;
          const fuzzed = fuzzedRequest(seed, number, known);
          const { status, requestId, answer } = await send(product, fuzzed, agent);
          byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
          if (isFailure(fuzzed, status))
            failures.push({ number, request: fuzzed, status, requestId, answer });
        }
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
      progress?.(end - from);
    }
  } finally {
    agent.destroy();
  }
  return { failures, byStatus };
}

const isFailure = ({ path }: FuzzedRequest, status: number): boolean =>
  status === 0 || (status >= 500 && !(status === 501 && /^\/(?:\/|\.\/)?scim\/v2\/Me\b/i.test(path)));

async function population(product: Product, name: string): Promise<Known> {
  const make = async (endpoint: string, body: object): Promise<string> => {
    const answer = await product.send("POST", `/scim/v2/${endpoint}`, { body });
    if (answer.status !== 201)
      throw new Error(
        `a resource for the fuzzer could not be created: ${answer.status} ${answer.text.slice(0, 200)}`,
      );
    return answer.body.id as string;
  };
  const users: string[] = [];
  for (let at = 0; at < USERS; at++) users.push(await make("Users", { userName: `fuzz-${name}-${at}` }));
  const groups: string[] = [];
  for (let at = 0; at < GROUPS; at++) {
    groups.push(await make("Groups", { displayName: `fuzz-${name}-${at}`, members: [{ value: users[at] }] }));
  }
  return { users, groups };
}

interface Answer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly answer: string;
}

const ROUNDS = 3;
const BUSY_WAIT_MS = 1_000;

/**
 * Sends a request with Node's HTTP client, which does not change paths and headers. Repeats a request without
 * an answer or with 503, because the server may close an idle connection, and the database may be slow on a
 * busy machine. A failure that the request causes occurs again.
 */
async function send(product: Product, fuzzed: FuzzedRequest, agent: Agent): Promise<Answer> {
  for (let round = 1; ; round++) {
    const answer = await once(product, fuzzed, agent).catch((error: unknown) => ({
      status: 0,
      requestId: undefined,
      answer: String(error),
    }));
    if ((answer.status !== 0 && answer.status !== 503) || round === ROUNDS) return answer;
    await systemClock.sleep(BUSY_WAIT_MS);
  }
}

function once(
  product: Product,
  { method, path, headers, body }: FuzzedRequest,
  agent: Agent,
): Promise<Answer> {
  const { hostname, port } = new URL(product.base);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        agent,
        headers: { authorization: `Bearer ${product.bootstrap}`, ...headers, ...length(body) },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          text += part;
        });
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            requestId: String(answer.headers["x-request-id"]),
            answer: text.slice(0, 300),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const length = (body: string | undefined) =>
  body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
