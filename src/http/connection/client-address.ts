import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { canonicalAddress } from "./address.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";

/** The parts of a request that show its origin. */
export type Addressed = Pick<IncomingMessage, "socket" | "headers">;

/** The canonical address of a request's client. `unknown`: the connection is closed. */
export type ClientAddress = (request: Addressed) => string;

/**
 * The peer of the connection, or, if the peer is a trusted proxy, the nearest address in the forwarding
 * headers that is not a trusted proxy. Addresses beyond it are not reliable. A client can add the header that
 * its proxy does not use. If `X-Forwarded-For` (de facto) and `Forwarded` (RFC 7239) are both present and
 * differ, both are ignored, and the request counts for the proxy.
 */
export function createClientAddress(proxies: TrustedProxies): ClientAddress {
  return ({ socket, headers }) => {
    const peer = canonicalAddress(socket.remoteAddress ?? "") ?? "unknown";
    if (!proxies.trusts(peer, 0)) return peer;
    const [xForwardedFor, forwarded] = [headers["x-forwarded-for"], headers.forwarded];
    const byList =
      xForwardedFor === undefined ? undefined : nearest(peer, listed(String(xForwardedFor)), proxies);
    const byPairs = forwarded === undefined ? undefined : nearest(peer, paired(forwarded), proxies);
    if (byList !== undefined && byPairs !== undefined && byList !== byPairs) return peer;
    return byList ?? byPairs ?? peer;
  };
}

/** `chain`: in header order, nearest last. An element is undefined if it is not an address. */
function nearest(peer: string, chain: readonly (string | undefined)[], proxies: TrustedProxies): string {
  let address = peer;
  for (let hop = 0; hop < chain.length && proxies.trusts(address, hop); hop++) {
    const named = chain[chain.length - 1 - hop];
    if (named === undefined) break;
    address = named;
  }
  return address;
}

const listed = (header: string): readonly (string | undefined)[] => header.split(",").map(addressIn);

/**
 * The `for` of each element. A header with a syntax error is ignored completely, because an open quote could
 * hide the proxy's element.
 */
function paired(header: string): readonly (string | undefined)[] {
  const elements: (string | undefined)[] = [];
  let rest = header;
  let current: string | undefined;
  for (;;) {
    const [whole = "", name = "", quoted, bare, end] =
      /^[ \t]*(?:([!#$%&'*+\-.^_`|~\w]+)=(?:"([^"\\]*)"|([!#$%&'*+\-.^_`|~\w:[\]]*)))?[ \t]*([;,]|$)/.exec(
        rest,
      ) ?? [];
    if (end === undefined) return [];
    if (name.toLowerCase() === "for") current = addressIn(quoted ?? bare ?? "");
    if (end !== ";") {
      elements.push(current);
      current = undefined;
    }
    if (end === "") return elements;
    rest = rest.slice(whole.length);
  }
}

/** Without its port. `unknown` and invented names (RFC 7239 section 6) are not addresses. */
function addressIn(text: string): string | undefined {
  const node = text.trim();
  const [, inBrackets] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(node) ?? [];
  if (inBrackets !== undefined) return isIP(inBrackets) === 6 ? canonicalAddress(inBrackets) : undefined;
  const [, withPort] = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(node) ?? [];
  return canonicalAddress(withPort ?? node);
}
