import { Agent, request } from "node:http";
import { cpuMsOf, rssMbOf } from "./processes.ts";

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: string;
}

/** A server under load, of one process or more: how to reach it, and what it uses of the machine. */
export interface Subject {
  readonly name: string;
  readonly pids: readonly number[];
  readonly port: number;
  send(call: Call): Promise<Answer>;
  /** Processor time of its processes so far, in milliseconds. */
  cpuMs(): number;
  rssMb(): number;
}

export function connect(name: string, port: number, pid: number, token: string, clients: number): Subject {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
  return {
    name,
    pids: [pid],
    port,
    send: ({ method, path, body }) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            agent,
            host: "127.0.0.1",
            port,
            method,
            path,
            headers: body === undefined ? { Authorization: headers.Authorization } : headers,
          },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("end", () =>
              resolve({
                status: answer.statusCode ?? 0,
                headers: answer.headers,
                text: Buffer.concat(chunks).toString("utf8"),
              }),
            );
            answer.on("error", reject);
          },
        );
        sent.on("error", reject);
        sent.end(body);
      }),
    cpuMs: () => cpuMsOf(pid),
    rssMb: () => rssMbOf(pid),
  };
}

/** Several servers as one: calls go to each in turn. */
export function together(name: string, subjects: readonly Subject[]): Subject {
  let next = 0;
  const sum = (of: (subject: Subject) => number): number =>
    subjects.reduce((so, subject) => so + of(subject), 0);
  return {
    name,
    pids: subjects.flatMap(({ pids }) => pids),
    port: subjects[0]!.port,
    send: (call) => subjects[next++ % subjects.length]!.send(call),
    cpuMs: () => sum((subject) => subject.cpuMs()),
    rssMb: () => sum((subject) => subject.rssMb()),
  };
}

export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  readonly cpuMs: number;
}

/**
 * `clients` loops that each do one iteration after the other for `seconds`. An iteration rejects when an
 * answer is not right.
 */
export async function load(
  subject: Subject,
  clients: number,
  seconds: number,
  iteration: (client: number) => Promise<number>,
): Promise<Measured> {
  const latenciesMs: number[] = [];
  let requests = 0;
  const cpuBefore = subject.cpuMs();
  const began = performance.now();
  const until = began + seconds * 1_000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() < until) {
        const start = performance.now();
        // In two steps: `requests += await …` would read the sum before the others add to it.
        const made = await iteration(client);
        requests += made;
        latenciesMs.push(performance.now() - start);
      }
    }),
  );
  return {
    requests,
    seconds: (performance.now() - began) / 1_000,
    latenciesMs,
    cpuMs: subject.cpuMs() - cpuBefore,
  };
}
