import type { IncomingMessage } from "node:http";
import { createHostCheck, isOnLoopback } from "../../../src/http/connection/host.ts";

const isOurHost = createHostCheck({ publicUrl: "https://scim.example.com", host: "10.1.2.3" });

test.each<[string | undefined, string, boolean]>([
  ["scim.example.com", "10.1.2.3", true],
  ["SCIM.Example.COM", "10.1.2.3", true],
  ["scim.example.com:8443", "10.1.2.3", true],
  ["localhost:8080", "127.0.0.1", true],
  ["127.0.0.1:8080", "127.0.0.1", true],
  ["[::1]:8080", "::1", true],
  ["10.1.2.3:8080", "10.1.2.3", true],
  ["172.17.0.2:8080", "172.17.0.2", true],
  ["172.17.0.2:8080", "::ffff:172.17.0.2", true],
  ["[fd00::2]:8080", "fd00::2", true],
  ["172.17.0.9:8080", "172.17.0.2", false],
  ["evil.example", "10.1.2.3", false],
  ["scim.example.com.evil.example", "10.1.2.3", false],
  ["scim.example.com@evil.example", "10.1.2.3", false],
  ["evil.example:scim.example.com", "10.1.2.3", false],
  ["", "10.1.2.3", false],
  [undefined, "10.1.2.3", false],
])("host %j at %s: ours is %s", (header, localAddress, expected) =>
  expect(isOurHost(header, localAddress)).toBe(expected),
);

// The two parts of a request that the function reads.
const requestOf = (remoteAddress: string, headers: Record<string, string>) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

test.each<[string, string, Record<string, string>, boolean]>([
  ["a call on this machine", "127.0.0.1", { host: "localhost:8080" }, true],
  ["over IPv6", "::1", { host: "[::1]:8080" }, true],
  ["over a mapped address", "::ffff:127.0.0.1", { host: "127.0.0.1" }, true],
  ["from elsewhere", "10.0.0.7", { host: "localhost:8080" }, false],
  [
    "through a proxy on this machine",
    "127.0.0.1",
    { host: "localhost:8080", "x-forwarded-for": "203.0.113.9" },
    false,
  ],
  ["through a proxy that keeps the host", "127.0.0.1", { host: "scim.example.com" }, false],
])("%s is on loopback: %s", (_name, remoteAddress, headers, expected) =>
  expect(isOnLoopback(requestOf(remoteAddress, headers))).toBe(expected),
);
