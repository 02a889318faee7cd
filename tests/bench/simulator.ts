import { fork } from "node:child_process";
import http from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { createSimulator } from "../../src/simulator/server.ts";

/*
 * Calls a second of the simulator with its limits off, in a process of its own. It must not be what holds a
 * bench of ours back:
 *   node tests/support/run-typescript.cjs tests/bench/simulator.ts --calls 15000
 */

const { values } = parseArgs({
  options: { role: { type: "string", default: "bench" }, calls: { type: "string", default: "15000" } },
});
const calls = Number(values.calls);
const CLIENTS = 16;

type Call = readonly [path: string, body: object];

const WORKLOADS: readonly (readonly [name: string, calls: number, call: (n: number) => Call])[] = [
  [
    "user/create",
    calls,
    (n) => ["/topapi/v2/user/create", { ...person(n), title: "Clerk", email: `u${n}@example.com` }],
  ],
  ["user/update", calls, (n) => ["/topapi/v2/user/update", { userid: `u${n}`, title: `Title ${n}` }]],
  ["user/get", calls, (n) => ["/topapi/v2/user/get", { userid: `u${n}` }]],
  [
    "user/list, 100 people a page",
    Math.ceil(calls / 10),
    (n) => ["/topapi/v2/user/list", { dept_id: 1, cursor: (n * 100) % calls, size: 100 }],
  ],
];

const person = (n: number) => ({
  userid: `u${n}`,
  name: `Person ${n}`,
  mobile: `+852-9${String(1_000_000 + n)}`,
  dept_id_list: "1",
});

async function bench(address: string): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const granted = (await (await fetch(`${address}/gettoken?appkey=sandbox&appsecret=sandbox`)).json()) as {
    access_token: string;
  };
  const post = ([path, body]: Call): Promise<string> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
      const request = http.request(
        `${address}${path}?access_token=${granted.access_token}`,
        { method: "POST", agent, headers },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
        },
      );
      request.on("error", reject);
      request.end(text);
    });
  for (const [name, count, call] of WORKLOADS) {
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < count) {
        const answer = await post(call(next++));
        if (!answer.startsWith('{"errcode":0')) throw new Error(`${name} answered ${answer}`);
      }
    };
    const startedMs = systemClock.monotonicMs();
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const seconds = (systemClock.monotonicMs() - startedMs) / 1_000;
    process.stdout.write(`${name}: ${Math.round(count / seconds)}/s\n`);
  }
  agent.destroy();
}

if (values.role === "simulator")
  void createSimulator({ qps: 0 })
    .start()
    .then(({ url }) => process.send!(url));
else {
  const child = fork(process.argv[1]!, ["--role", "simulator"], {
    execArgv: [join(__dirname, "..", "support", "run-typescript.cjs")],
  });
  child.once("message", (address) => void bench(String(address)).finally(() => child.kill()));
}
