import { BlockList, isIP, isIPv4 } from "node:net";
import { canonicalAddress } from "./address.ts";

/** The senders whose `X-Forwarded-For` and `Forwarded` headers are used: the setting TRUST_PROXY. */
export interface TrustedProxies {
  /**
   * `hop`: 0 for the peer of the connection, 1 for the address that it reports, and so on. `address` is
   * canonical.
   */
  trusts(address: string, hop: number): boolean;
}

export const NO_PROXIES: TrustedProxies = { trusts: () => false };

const MAX_HOPS = 10;

/** Names of ranges, the same as in express and in nginx modules. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/**
 * `1` (the number of proxies in front of this server), or addresses, CIDR ranges and names, separated by
 * commas. Undefined: neither.
 */
export function readTrustedProxies(text: string): TrustedProxies | undefined {
  const value = text.trim().toLowerCase();
  if (/^\d{1,2}$/.test(value)) {
    const hops = Number(value);
    return hops <= MAX_HOPS ? { trusts: (_address, hop) => hop < hops } : undefined;
  }
  const list = new BlockList();
  for (const entry of value.split(",")) {
    const ranges = RANGES[entry.trim()] ?? [entry.trim()];
    if (!ranges.every((range) => addRange(list, range))) return undefined;
  }
  return { trusts: (address) => list.check(address, isIPv4(address) ? "ipv4" : "ipv6") };
}

function addRange(list: BlockList, range: string): boolean {
  const [address = "", length, more] = range.split("/");
  const family = isIP(address);
  if (family === 0 || more !== undefined || address.includes("%")) return false;
  // A range of a whole address family would make every client a proxy.
  if (length !== undefined && (!/^[1-9]\d{0,2}$/.test(length) || Number(length) > (family === 4 ? 32 : 128)))
    return false;
  const plain = canonicalAddress(address);
  // A mapped address is an IPv4 address, whose range would need another length.
  if (plain === undefined || (isIPv4(plain) && family === 6)) return false;
  list.addSubnet(plain, Number(length ?? (family === 4 ? 32 : 128)), family === 4 ? "ipv4" : "ipv6");
  return true;
}
