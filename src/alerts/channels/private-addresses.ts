import { BlockList, isIP } from "node:net";

/*
 * Addresses that messages must not reach: this machine, its network, and services of its cloud
 * (docs/threats.md T24).
 */

const v4 = (...ranges: readonly (readonly [string, number])[]): BlockList => listOf("ipv4", ranges);
const v6 = (...ranges: readonly (readonly [string, number])[]): BlockList => listOf("ipv6", ranges);

function listOf(family: "ipv4" | "ipv6", ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, family);
  return list;
}

/** RFC 6890 and its registries: loopback, private, shared, documentation, multicast, reserved. */
const PRIVATE_V4 = v4(
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
);
/** The same for IPv6, and addresses that contain an IPv4 address for a translator or a tunnel. */
const PRIVATE_V6 = v6(
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
);

/** Metadata services of clouds return keys, so they are refused with every setting. */
const METADATA_V4 = v4(["169.254.0.0", 16], ["100.100.100.200", 32], ["168.63.129.16", 32]);
const METADATA_V6 = v6(["fe80::", 10], ["fd00:ec2::254", 128]);

export function isForbidden(address: string, allowPrivate: boolean): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? mappedHex(address);
  const plain = mapped ?? address;
  const version = isIP(plain);
  if (version === 4)
    return METADATA_V4.check(plain, "ipv4") || (!allowPrivate && PRIVATE_V4.check(plain, "ipv4"));
  if (version === 6)
    return METADATA_V6.check(plain, "ipv6") || (!allowPrivate && PRIVATE_V6.check(plain, "ipv6"));
  return true;
}

/** An IPv4 address in the form `::ffff:7f00:1`, as in URLs. */
function mappedHex(address: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, two >> 8, two & 255].join(".");
}
