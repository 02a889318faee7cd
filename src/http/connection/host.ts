import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

export interface KnownHosts {
  /**
   * Host names of this server: those of PUBLIC_URL and HOST. Ports are ignored, because proxies and port
   * mappings change them.
   */
  readonly publicUrl: string;
  readonly host: string;
}

/**
 * Whether a Host header names this server: the host of PUBLIC_URL, HOST, a loopback name, or the address of
 * the connection. Answers never depend on the header (links come from PUBLIC_URL). The check prevents that a
 * foreign name which resolves to this server uses a browser for attacks.
 */
export function createHostCheck({
  publicUrl,
  host,
}: KnownHosts): (header: string | undefined, localAddress: string | undefined) => boolean {
  const names = new Set([
    ...LOOPBACK,
    new URL(publicUrl).hostname.toLowerCase(),
    bracketed(host.toLowerCase()),
  ]);
  return (header, localAddress) => {
    if (header === undefined) return false;
    const name = withoutPort(header).toLowerCase();
    if (names.has(name)) return true;
    return localAddress !== undefined && name === bracketed(localAddress.replace(/^::ffff:/, ""));
  };
}

const bracketed = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

function withoutPort(header: string): string {
  const colon = header.lastIndexOf(":");
  return colon > header.lastIndexOf("]") ? header.slice(0, colon) : header;
}

/** Headers of proxies, besides those that begin with `x-forwarded-`. */
const FORWARDED: readonly string[] = [
  "forwarded",
  "via",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
];

/**
 * Whether a request comes from this machine and no proxy on it has forwarded the request, according to its
 * headers.
 */
export function isOnLoopback({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  if (address !== "::1" && !address.startsWith("127.")) return false;
  if (!isLoopbackName(withoutPort(headers.host ?? ""))) return false;
  return Object.keys(headers).every((name) => !name.startsWith("x-forwarded-") && !FORWARDED.includes(name));
}

export const isLoopbackName = (host: string): boolean => LOOPBACK.includes(host.toLowerCase());
