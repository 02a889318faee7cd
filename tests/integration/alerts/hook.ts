import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Takes the messages of a webhook. */
export interface Hook {
  readonly url: string;
  readonly taken: { readonly headers: IncomingHttpHeaders; readonly method: string; readonly body: string }[];
  /** Statuses of the next answers; 204 after them. */
  answers: number[];
  close(): void;
}

export async function startHook(): Promise<Hook> {
  const hook: { taken: Hook["taken"]; answers: number[] } = { taken: [], answers: [] };
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      hook.taken.push({ headers: request.headers, method: request.method ?? "", body });
      const status = hook.answers.shift() ?? 204;
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(hook, {
    url: `http://127.0.0.1:${port}/hook`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
}
