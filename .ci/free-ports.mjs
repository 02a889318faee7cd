// Two free ports of this machine, for the server and the sandbox DingTalk.
import { createServer } from "node:net";

const servers = await Promise.all(
  [0, 0].map(
    (port) =>
      new Promise((resolve, reject) => {
        const server = createServer()
          .once("error", reject)
          .listen(port, "127.0.0.1", () => resolve(server));
      }),
  ),
);
process.stdout.write(`${servers.map((server) => server.address().port).join(" ")}\n`);
for (const server of servers) server.close();
