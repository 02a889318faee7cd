import { lookup } from "node:dns";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { ChannelFailed } from "./channel.ts";
import { isForbidden } from "./private-addresses.ts";

/*
 * The only way in which messages are sent (docs/threats.md T24). The address is checked for the connection,
 * and the connection goes to the checked address. So a name that resolves differently the second time has no
 * effect. No redirects, at most five seconds and 64 kB, and a new connection each time.
 */

export interface Outbound {
  send(
    method: "GET" | "POST",
    url: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly signal: AbortSignal;
    },
  ): Promise<Answer>;
  /** An allowed address of a host. Rejects with ChannelFailed. */
  addressOf(host: string): Promise<string>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs?: number;
}

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 64 * 1024;
const FORBIDDEN = "forbiddenAddress";

export function createOutbound({ allowPrivate }: { readonly allowPrivate: boolean }): Outbound {
  const checkedLookup: LookupFunction = (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      // A forbidden address among others is an attack, so the host is refused.
      if (found.length === 0 || found.some(({ address }) => isForbidden(address, allowPrivate)))
        return callback(forbidden(), []);
      if (options.all) return callback(null, found);
      return callback(null, found[0]!.address, found[0]!.family);
    });
  };

  return {
    async send(method, url, { headers = {}, body, signal }) {
      const { protocol, hostname, port, pathname, search } = new URL(url);
      if (protocol !== "https:" && !(allowPrivate && protocol === "http:"))
        throw new ChannelFailed("httpsRequired");
      const host = bare(hostname);
      // An IP address is not looked up.
      if (isIP(host) !== 0 && isForbidden(host, allowPrivate)) throw new ChannelFailed(FORBIDDEN);
      const options: RequestOptions = {
        method,
        host,
        path: `${pathname}${search}`,
        ...(port === "" ? {} : { port }),
        headers: { ...headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
        agent: false,
        lookup: checkedLookup,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      };
      return exchange(protocol === "https:" ? httpsRequest : httpRequest, options, body);
    },

    addressOf: (name) =>
      new Promise((resolve, reject) => {
        const host = bare(name);
        if (isIP(host) !== 0)
          return isForbidden(host, allowPrivate) ? reject(new ChannelFailed(FORBIDDEN)) : resolve(host);
        checkedLookup(host, {}, (error, found) =>
          error || typeof found !== "string"
            ? reject(failureOf(error ?? new Error("no address")))
            : resolve(found),
        );
      }),
  };
}

/** The host of a URL without the brackets of an IPv6 address. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, "");

function forbidden(): NodeJS.ErrnoException {
  return Object.assign(new Error("the address is not allowed"), { code: FORBIDDEN });
}

function exchange(
  request: typeof httpRequest,
  options: RequestOptions,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      read(answer).then(resolve, (error: unknown) => reject(failureOf(error)));
    });
    sent.on("error", (error) => reject(failureOf(error)));
    sent.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) throw new ChannelFailed("answerTooLong");
    chunks.push(chunk as Buffer);
  }
  const seconds = Number(answer.headers["retry-after"]);
  return {
    status: answer.statusCode ?? 0,
    body: Buffer.concat(chunks).toString("utf8"),
    ...(Number.isInteger(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {}),
  };
}

/** Shows codes of the network only. Its messages repeat addresses. */
export function failureOf(error: unknown): ChannelFailed {
  if (error instanceof ChannelFailed) return error;
  const { code, name } = error as { code?: unknown; name?: unknown };
  const isLate = name === "TimeoutError" || name === "AbortError" || code === "ABORT_ERR";
  return new ChannelFailed(isLate ? "timeout" : typeof code === "string" ? code : "failed", { cause: error });
}
