import type { JsonObject } from "../../../src/core/entity.ts";
import { yieldTo } from "../../../src/reconcile/run/plan/authority.ts";
import type { Attributes } from "../../../src/reconcile/target-values.ts";

const EXTENSION = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
const authorities = [
  { attribute: "mobile", reads: ["phoneNumbers"] },
  { attribute: "nickname", reads: [EXTENSION] },
  { attribute: "avatar", reads: [] },
];
const target = { normalize: (_kind: string, attributes: Attributes) => ({ attributes, notes: [] }) };

interface Case {
  readonly wanted: Attributes;
  readonly there: Attributes;
  readonly written?: readonly string[];
  readonly told?: JsonObject;
}

async function outcome({ wanted, there, written = [], told }: Case) {
  const { desired, observed } = await yieldTo(
    { store: { writtenSince: async () => new Set(written) }, target, mapping: { authorities } },
    { kind: "user", id: "i" },
    {
      document: told ? { [EXTENSION]: { observed: told } } : {},
      desired: { state: "present", attributes: { name: "Li", ...wanted }, when: {}, notes: [] },
      actual: { remoteId: "r", attributes: { name: "Wang", ...there }, presence: "active" },
      now: new Date("2026-11-30T00:00:00Z"),
    },
  );
  return { sent: desired.state === "present" ? Object.keys(desired.attributes) : [], observed };
}

test.each<[string, Case, Awaited<ReturnType<typeof outcome>>]>([
  [
    "equal on both sides",
    { wanted: { mobile: "1" }, there: { mobile: "1" } },
    { sent: ["name", "mobile"], observed: undefined },
  ],
  [
    "equal again",
    { wanted: { mobile: "1" }, there: { mobile: "1" }, told: { mobile: "2" } },
    { sent: ["name", "mobile"], observed: {} },
  ],
  [
    "written by a source of late",
    { wanted: { mobile: "1" }, there: { mobile: "2" }, written: ["title", "phoneNumbers"] },
    { sent: ["name", "mobile"], observed: undefined },
  ],
  [
    "of which no source has spoken of late",
    { wanted: { mobile: "1" }, there: { mobile: "2" }, written: ["title"] },
    { sent: ["name"], observed: { mobile: "2" } },
  ],
  [
    "told already",
    { wanted: { mobile: "1" }, there: { mobile: "2" }, told: { mobile: "2" } },
    { sent: ["name"], observed: undefined },
  ],
  [
    "of no source",
    { wanted: {}, there: { avatar: "https://x" } },
    { sent: ["name"], observed: { avatar: "https://x" } },
  ],
  [
    "of no source, and gone",
    { wanted: {}, there: { avatar: null }, told: { avatar: "https://x" } },
    { sent: ["name"], observed: {} },
  ],
  [
    "not told by the target",
    { wanted: { mobile: "1" }, there: {} },
    { sent: ["name", "mobile"], observed: undefined },
  ],
  [
    "to be empty there",
    { wanted: { nickname: null }, there: { nickname: "Al" } },
    { sent: ["name", "nickname"], observed: undefined },
  ],
  [
    "under another name in SCIM",
    { wanted: {}, there: { nickname: "Al" } },
    { sent: ["name"], observed: { nickName: "Al" } },
  ],
])("an attribute that is %s", async (_name, given, expected) =>
  expect(await outcome(given)).toEqual(expected),
);
