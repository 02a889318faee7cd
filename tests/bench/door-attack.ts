import { randomBytes } from "node:crypto";
import { connect as connectSocket, type Socket } from "node:net";
import { type Call, connect } from "./client.ts";

/*
 * The attacker of door.ts, in a process of its own so that its work is not measured: NAME PORT TOKEN. Goes on
 * until its input ends, then tells what it was answered.
 */

const [name = "", port = "", token = ""] = process.argv.slice(2);
let isOver = false;
process.stdin.on("end", () => {
  isOver = true;
});
process.stdin.resume();

type Counts = Record<string, number>;

/** So many senders, one request after the other each; how often each status was answered. */
async function flood(senders: number, send: () => Promise<number>): Promise<Counts> {
  const statuses: Counts = {};
  const lane = async () => {
    while (!isOver) {
      const status = await send().catch(() => 0);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: senders }, lane));
  return statuses;
}

function calls(senders: number, call: Call): Promise<Counts> {
  const server = connect("attacked", Number(port), process.pid, token, senders);
  return flood(senders, async () => (await server.send(call)).status);
}

async function halfOpen(): Promise<Counts> {
  const open = new Set<Socket>();
  let made = 0;
  while (!isOver) {
    for (let at = 0; at < 50 && open.size < 3_000; at++) {
      const socket = connectSocket({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
      open.add(socket);
      made += 1;
      socket.on("connect", () => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nX-A:"));
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const kept = open.size;
  for (const socket of open) socket.destroy();
  return { made, kept };
}

const SLOW = Array.from({ length: 45 }, (_, at) => `emails.value co "nobody${at}@"`).join(" or ");

const ATTACKS: Readonly<Record<string, () => Promise<Counts>>> = {
  filters: () => calls(24, { method: "GET", path: `/scim/v2/Users?filter=${encodeURIComponent(SLOW)}` }),
  brackets: () => calls(4, { method: "POST", path: "/scim/v2/Users", body: "[".repeat(1_000_000) }),
  connections: halfOpen,
  tokens: () =>
    flood(16, async () => {
      const body = `grant_type=client_credentials&client_id=${randomBytes(400).toString("hex")}&client_secret=x`;
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await fetch(`http://127.0.0.1:${port}/oauth2/token`, { method: "POST", headers, body });
      await answer.arrayBuffer();
      return answer.status;
    }),
};

ATTACKS[name]!().then((counts) => process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0)));
