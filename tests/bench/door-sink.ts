import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * Where door.ts aims an attack to see what the attacker takes from the machine: refuses all, throws bodies
 * away. Tells its port, ends with its input.
 */

const server = createServer((req, res) => {
  req.resume();
  res.writeHead(429).end("{}");
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
