import { isIP, isIPv4 } from "node:net";

/** One way to write each address: IPv6 in lower case and short, without a zone, IPv4 out of its IPv6 form. Undefined when it is no address. */
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
 * What limits count by: an IPv4 address, or the /64 of an IPv6 address, which one subscriber has whole and can take a new address of for every request. Short,
 * whatever was sent: it becomes a key in memory. `address` is canonical; what is none counts as one.
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
