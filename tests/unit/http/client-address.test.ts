import type { IncomingHttpHeaders } from "node:http";
import { canonicalAddress, networkOf } from "../../../src/http/connection/address.ts";
import { type Addressed, createClientAddress } from "../../../src/http/connection/client-address.ts";
import { NO_PROXIES, readTrustedProxies } from "../../../src/http/connection/trusted-proxies.ts";

// The two parts of a request that the function reads.
const from = (remoteAddress: string | undefined, headers: IncomingHttpHeaders = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as Addressed;
const xff = (list: string): IncomingHttpHeaders => ({ "x-forwarded-for": list });
const fwd = (pairs: string): IncomingHttpHeaders => ({ forwarded: pairs });

test.each<[string, string, string | undefined, IncomingHttpHeaders, string]>([
  ["no proxy is trusted unless told", "", "127.0.0.1", xff("203.0.113.9"), "127.0.0.1"],
  ["a stranger's header is not believed", "10.0.0.1", "203.0.113.9", xff("198.51.100.1"), "203.0.113.9"],
  ["a trusted proxy's is", "10.0.0.1", "10.0.0.1", xff("198.51.100.1"), "198.51.100.1"],
  [
    "what the client made up stands further out",
    "10.0.0.1",
    "10.0.0.1",
    xff("1.1.1.1, 2.2.2.2, 198.51.100.1"),
    "198.51.100.1",
  ],
  [
    "through two proxies of a range",
    "10.0.0.0/8",
    "10.0.0.1",
    xff("1.1.1.1, 198.51.100.1, 10.9.9.9"),
    "198.51.100.1",
  ],
  [
    "a client that claims to be a proxy",
    "10.0.0.0/8",
    "10.0.0.1",
    xff("10.1.1.1, 198.51.100.1"),
    "198.51.100.1",
  ],
  ["all of them proxies", "10.0.0.0/8", "10.0.0.1", xff("10.2.2.2, 10.1.1.1"), "10.2.2.2"],
  ["one hop", "1", "192.0.2.7", xff("1.1.1.1, 198.51.100.1"), "198.51.100.1"],
  ["two hops", "2", "192.0.2.7", xff("1.1.1.1, 198.51.100.1, 192.0.2.8"), "198.51.100.1"],
  ["more hops than there are names", "3", "192.0.2.7", xff("198.51.100.1"), "198.51.100.1"],
  ["no hop", "0", "192.0.2.7", xff("198.51.100.1"), "192.0.2.7"],
  ["no header", "loopback", "127.0.0.1", {}, "127.0.0.1"],
  ["an empty header", "loopback", "127.0.0.1", xff(""), "127.0.0.1"],
  [
    "a name that is no address counts for the proxy",
    "loopback",
    "127.0.0.1",
    xff("198.51.100.1, unknown"),
    "127.0.0.1",
  ],
  ["markup counts for the proxy", "loopback", "::1", xff("<script>alert(1)</script>"), "::1"],
  ["a number too large", "loopback", "::1", xff("256.1.1.1"), "::1"],
  ["with a port", "loopback", "127.0.0.1", xff("198.51.100.1:50123"), "198.51.100.1"],
  ["IPv6 in brackets with a port", "loopback", "127.0.0.1", xff("[2001:DB8::1]:50123"), "2001:db8::1"],
  ["IPv6 without brackets", "loopback", "127.0.0.1", xff("2001:db8:0:0::1"), "2001:db8::1"],
  [
    "a proxy seen over a mapped address",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    xff("::ffff:198.51.100.1"),
    "198.51.100.1",
  ],
  ["an IPv6 range", "fd00::/8", "fd12::1", xff("2001:db8::5"), "2001:db8::5"],
  ["the words for ranges", "loopback, uniquelocal", "192.168.3.4", xff("198.51.100.1"), "198.51.100.1"],
  ["Forwarded", "loopback", "127.0.0.1", fwd("for=198.51.100.1"), "198.51.100.1"],
  [
    "Forwarded with everything",
    "loopback",
    "127.0.0.1",
    fwd('for=1.1.1.1;proto=http, By=10.0.0.1; For="[2001:db8::1]:47";proto=https'),
    "2001:db8::1",
  ],
  [
    "Forwarded whose last element names nobody",
    "loopback",
    "127.0.0.1",
    fwd("for=198.51.100.1, proto=https"),
    "127.0.0.1",
  ],
  ["Forwarded with a hidden name", "loopback", "127.0.0.1", fwd("for=_gazonk"), "127.0.0.1"],
  [
    "Forwarded with a quote left open",
    "loopback",
    "127.0.0.1",
    fwd('for="1.1.1.1, for=198.51.100.1'),
    "127.0.0.1",
  ],
  [
    "both headers agree",
    "loopback",
    "127.0.0.1",
    { ...xff("198.51.100.1"), ...fwd("for=198.51.100.1") },
    "198.51.100.1",
  ],
  [
    "both disagree: one was forged",
    "loopback",
    "127.0.0.1",
    { ...xff("198.51.100.1"), ...fwd("for=1.1.1.1") },
    "127.0.0.1",
  ],
  ["a connection that is gone", "loopback", undefined, xff("198.51.100.1"), "unknown"],
])("%s", (_name, setting, peer, headers, expected) => {
  const proxies = setting === "" ? NO_PROXIES : readTrustedProxies(setting);
  expect(createClientAddress(proxies!)(from(peer, headers))).toBe(expected);
});

test.each([
  "",
  "yes",
  "true",
  "11",
  "-1",
  "10.0.0.0/33",
  "10.0.0.0/0",
  "::/0",
  "fd00::/129",
  "10.0.0",
  "proxy.example",
  "10.0.0.1,,10.0.0.2",
  "10.0.0.0/8/8",
  "fe80::1%eth0",
  "::ffff:10.0.0.0/104",
])("the setting %j is refused", (text) => expect(readTrustedProxies(text)).toBeUndefined());

test.each([
  ["198.51.100.1", "198.51.100.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["unknown", "unknown"],
])("limits count %s as %s", (address, network) => expect(networkOf(address)).toBe(network));

test.each([
  ["FE80::1%eth0", "fe80::1"],
  ["::FFFF:10.1.2.3", "10.1.2.3"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["10.1.2.3%x", "10.1.2.3"],
  ["x", undefined],
  ["", undefined],
  ["10.0.0.1/8", undefined],
])("%s is %s", (text, expected) => expect(canonicalAddress(text)).toBe(expected));
