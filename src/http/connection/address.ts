import { isIP, isIPv4 } from "node:net";

/**
 * The canonical form of an address: IPv6 in lower case and short, without a zone; IPv4 without its IPv6
 * prefix. Undefined: not an address.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const [address = ""] = text.split("%");
  if (isIP(address) === 0) return undefined;
  if (isIPv4(address)) return address;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (!mapped) return short;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/**
 * The key of limits: an IPv4 address, or the /64 of an IPv6 address. A subscriber owns a whole /64 and can
 * use a new address for each request. The result is short, because it is a key in memory. `address` is
 * canonical; all other texts share one key.
 */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address;
  if (isIP(address) === 0) return "unknown";
  const [before = "", after] = address.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: zeros }, () => "0"), ...tail];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
