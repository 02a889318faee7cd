import { readFileSync } from "node:fs";
import { join } from "node:path";

const text = readFileSync(
  join(__dirname, "..", "..", "..", "deploy", "systemd", "dingtalk-scim@.service"),
  "utf8",
);
const values = (name: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map((match) => match[1]!);

test("the service runs as a user of its own, writes to its folder alone, and stops in order", () => {
  expect(values("User")).toEqual(["dingtalk-scim"]);
  expect(values("ExecStart")[0]).toMatch(/node_modules\/dingtalk-scim\/bin\/dingtalk-scim\.js serve$/);
  expect([values("ProtectSystem"), values("StateDirectory"), values("WorkingDirectory")]).toEqual([
    ["strict"],
    ["dingtalk-scim"],
    ["/var/lib/dingtalk-scim"],
  ]);
  expect([values("KillMode"), Number(values("TimeoutStopSec")[0])]).toEqual([["mixed"], expect.any(Number)]);
  expect(Number(values("TimeoutStopSec")[0])).toBeGreaterThan(23);
});

test.each([
  ["NoNewPrivileges", "true"],
  ["CapabilityBoundingSet", ""],
  ["ProtectHome", "true"],
  ["PrivateTmp", "true"],
  ["PrivateDevices", "true"],
  ["ProtectKernelTunables", "true"],
  ["RestrictNamespaces", "true"],
  ["RestrictSUIDSGID", "true"],
  ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"],
])("%s is %j", (name, value) => expect(values(name)).toEqual([value]));
