import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../src/core/clock.ts";
import type { DingTalkConfig } from "../../../src/targets/dingtalk/config.ts";
import { createDingTalkTarget } from "../../../src/targets/dingtalk/index.ts";
import { createPauses, createToken, type WatchedLimiter } from "../../support/limiter.ts";

export interface HeardCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type ScriptedReply =
  | { readonly status?: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is dropped, or left open without a word. */
  | "drop"
  | "silence";

export interface ScriptedServer {
  readonly target: ReturnType<typeof createDingTalkTarget>;
  readonly limiter: WatchedLimiter;
  readonly heard: readonly HeardCall[];
  /** Resolves once a call to this path has arrived. */
  arrived(path: string): Promise<void>;
  close(): Promise<void>;
}

export const SECRET = "app-secret-canary-7d1f";
export const TOKEN = "access-token-canary-93ab";

const TOKEN_REPLY: ScriptedReply = { text: JSON.stringify({ accessToken: TOKEN, expireIn: 7200 }) };

/**
 * A server that answers recorded texts, for what the simulator does not say. Tokens are given unless the
 * script says otherwise.
 */
export async function openScripted(
  script: (call: HeardCall) => ScriptedReply | undefined,
  config: Partial<DingTalkConfig> = {},
): Promise<ScriptedServer> {
  const heard: HeardCall[] = [];
  const waiting: { readonly path: string; readonly resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://localhost");
    const call = {
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    heard.push(call);
    for (const each of waiting) if (each.path === call.path) each.resolve();
    const reply =
      script(call) ??
      (call.path === "/v1.0/oauth2/accessToken" ? TOKEN_REPLY : { text: '{"errcode":0,"errmsg":"ok"}' });
    if (reply === "drop") request.socket.destroy();
    else if (reply !== "silence") response.writeHead(reply.status ?? 200, reply.headers).end(reply.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const limiter = createPauses(systemClock);
  const url = `http://127.0.0.1:${port}`;
  const target = createDingTalkTarget(
    { appKey: "key", appSecret: SECRET, corpId: "ding1", oapiUrl: url, apiUrl: url, qps: 15, ...config },
    { clock: systemClock, limiter, tokens: createToken(systemClock), random: () => 0 },
  );
  return {
    target,
    limiter,
    heard,
    arrived: (path) =>
      heard.some((call) => call.path === path)
        ? Promise.resolve()
        : new Promise<void>((resolve) => waiting.push({ path, resolve })),
    close: async () => {
      target.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
