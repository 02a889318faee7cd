import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * A gateway before DingTalk that spoils answers. The call is carried out unless the spoiling says otherwise.
 */

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/**
 * `undefined`: the answer passes as it is. `drop`: the connection ends without an answer. `silence`: no
 * answer ever comes.
 */
export type Spoiling = (path: string, answer: Answered) => Spoiled | undefined;
export type Spoiled =
  | { readonly status?: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  | "drop"
  | "silence";

export interface OddGateway {
  readonly url: string;
  /** Spoils answers until the next call of it. Without an argument all pass. */
  spoil(spoiling?: Spoiling): void;
  /** Number of spoiled answers so far. */
  spoiled(): number;
  close(): Promise<void>;
}

export async function openOddGateway(url: string): Promise<OddGateway> {
  let spoiling: Spoiling | undefined;
  let count = 0;

  const server = createServer((call, response) => {
    const target = new URL(call.url ?? "/", url);
    const onward = forward(
      target,
      { method: call.method, headers: { ...call.headers, host: target.host } },
      (answer) => {
        void pass(target.pathname, answer, response);
      },
    );
    onward.on("error", () => response.destroy());
    call.pipe(onward);
  });

  async function pass(path: string, answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const status = answer.statusCode ?? 200;
    const instead = spoiling?.(path, { status, text });
    const type = { "content-type": answer.headers["content-type"] ?? "application/json" };
    if (instead === undefined) return void response.writeHead(status, type).end(text);
    count += 1;
    if (instead === "drop") response.destroy();
    else if (instead !== "silence")
      response.writeHead(instead.status ?? status, { ...type, ...instead.headers }).end(instead.text);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spoil(next) {
      spoiling = next;
    },
    spoiled: () => count,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
