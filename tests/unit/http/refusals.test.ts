import { createRefusalLog, type Refusal, refusal } from "../../../src/http/auth/refusals.ts";
import { createLineLogger } from "../../integration/http/door.ts";
import { createManualClock } from "../simulator/manual-clock.ts";

function open() {
  const clock = createManualClock();
  const { lines, logger } = createLineLogger();
  const log = createRefusalLog({ logger, clock });
  const refuse = (what: Refusal, more: { address?: string; credential?: string; path?: string } = {}) =>
    log(what, { requestId: "r", path: "/scim/v2/Users/1?filter=x", address: "203.0.113.9", ...more });
  return { clock, lines, refuse };
}

test("a line says which check failed, of which token, from where and for what; never the token, nor the query", () => {
  const { lines, refuse } = open();
  refuse(refusal("wrongSecret", "0123456789abcdef"), {
    credential: `sdt_live_0123456789abcdef_${"s".repeat(49)}`,
  });
  expect(lines).toEqual([
    {
      level: "warn",
      message: "a credential was refused",
      fields: {
        requestId: "r",
        reasonCode: "wrongSecret",
        reason: "the secret does not match the token",
        tokenId: "0123456789abcdef",
        address: "203.0.113.9",
        path: "/scim/v2/Users/1",
      },
    },
  ]);
});

test.each<[string, string | undefined, string | undefined, Record<string, unknown>]>([
  ["of an unknown text its first letters", undefined, "eyJhbGciOiJub25lIn0.e30.x", { tokenPrefix: "eyJhbG" }],
  ["nothing of a short text, which could be a password", undefined, "hunter2", {}],
  ["nothing of a text", undefined, undefined, {}],
  ["no id that is none of ours", "<b>\n", undefined, {}],
  ["no id without end", "a".repeat(20_000), undefined, {}],
])("shows %s", (_name, tokenId, credential, expected) => {
  const { lines, refuse } = open();
  refuse(
    { code: "unknownForm", ...(tokenId === undefined ? {} : { tokenId }) },
    credential === undefined ? {} : { credential },
  );
  const { tokenId: shownId, tokenPrefix } = lines[0]!.fields;
  expect(JSON.parse(JSON.stringify({ tokenId: shownId, tokenPrefix }))).toEqual(expected);
});

test("ten lines a minute for one network, a hundred for all, and then how many were left out", async () => {
  const { clock, lines, refuse } = open();
  for (let at = 0; at < 1_000; at++) refuse(refusal("unknownToken", "1"));
  expect(lines).toHaveLength(10);
  for (let at = 0; at < 1_000; at++)
    refuse(refusal("unknownToken", "1"), { address: `198.51.${at >> 8}.${at & 255}` });
  expect(lines.filter(({ message }) => message === "a credential was refused")).toHaveLength(100);
  await clock.advance(60_000);
  refuse(refusal("revoked", "1"));
  expect(
    lines.slice(-2).map(({ fields, message }) => [message, fields["count"] ?? fields["reasonCode"]]),
  ).toEqual([
    ["further refused credentials were not logged individually", expect.any(Number)],
    ["a credential was refused", "revoked"],
  ]);
  const told = lines.reduce((sum, { fields }) => sum + Number(fields["count"] ?? 1), 0);
  expect(told).toBe(2_001);
});

test("a long path is cut", () => {
  const { lines, refuse } = open();
  refuse(refusal("missing"), { path: `/${"x".repeat(10_000)}` });
  expect(String(lines[0]!.fields["path"])).toHaveLength(200);
});
