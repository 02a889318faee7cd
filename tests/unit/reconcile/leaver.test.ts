import type { JsonObject } from "../../../src/core/entity.ts";
import type { MappingSettings } from "../../../src/mapping/mapping.ts";
import type { AccountKind, LeaverRules } from "../../../src/policy/policy.ts";
import {
  type GraceStep,
  type LifecycleState,
  lifecycleOf,
  NO_GRACE,
} from "../../../src/reconcile/desired/leaver.ts";
import type { Grace, Link } from "../../../src/reconcile/facts.ts";

const HOUR_MS = 3_600_000;
const NOW = new Date("2026-12-01T12:00:00Z");
const at = (hours: number): Date => new Date(NOW.getTime() + hours * HOUR_MS);
const inactive: JsonObject = { id: "u1", active: false };
const link: Link = { status: "owned", remoteId: "r1", observed: undefined };
const withGrace = (more: Partial<Grace> = {}): Link => ({
  ...link,
  grace: { since: at(-10), until: at(14), counted: true, ended: false, ...more },
});
const DAY: LeaverRules = { grace: { regular: 24 * HOUR_MS, enterprise: 24 * HOUR_MS }, leaver: {} };

interface Situation {
  readonly account?: AccountKind | undefined;
  readonly inactive?: MappingSettings["inactive"];
  readonly parkIn?: MappingSettings["parkIn"];
  readonly rules?: LeaverRules;
}

const lifecycle = (document: JsonObject | undefined, of: Link | undefined, more: Situation = {}) =>
  lifecycleOf(
    { document, link: of },
    {
      settings: { inactive: more.inactive ?? "remove", ...(more.parkIn ? { parkIn: more.parkIn } : {}) },
      rules: more.rules ?? NO_GRACE,
      account: "account" in more ? more.account : "regular",
      now: NOW,
    },
  );

test.each<[string, JsonObject | undefined, Link | undefined, Situation, LifecycleState]>([
  ["active", { id: "u1", active: true }, undefined, {}, "member"],
  ["nothing said of active", { id: "u1" }, undefined, {}, "member"],
  ["deleted", undefined, link, { inactive: "keep", account: "enterprise" }, "absent"],
  ["inactive and never there", inactive, undefined, { inactive: "keep" }, "absent"],
  ["inactive and never there, with a grace", inactive, undefined, { rules: DAY }, "absent"],
  ["inactive, remove", inactive, link, {}, "absent"],
  ["inactive, park", inactive, link, { inactive: "park" }, "parked"],
  ["inactive, keep", inactive, link, { inactive: "keep" }, "member"],
  [
    "inactive, an account with a switch: whatever the mapping says of the others",
    inactive,
    link,
    { account: "enterprise" },
    "suspended",
  ],
  [
    "the policy removes what could be switched off",
    inactive,
    link,
    { account: "enterprise", rules: { ...NO_GRACE, leaver: { enterprise: "remove" } } },
    "absent",
  ],
  [
    "the policy comes before the mapping",
    inactive,
    link,
    { inactive: "park", rules: { ...NO_GRACE, leaver: { regular: "remove" } } },
    "absent",
  ],
])("at once: %s", (_name, document, of, situation, expected) => {
  expect(lifecycle(document, of, situation)).toEqual({ standing: expected });
});

const ALL_STAY: LeaverRules = { ...DAY, leaver: { regular: "park", enterprise: "disable" } };

test.each<
  [string, JsonObject | undefined, Link | undefined, Situation, LifecycleState, GraceStep["kind"] | undefined]
>([
  ["switched off where that is possible", inactive, link, { account: "enterprise" }, "suspended", "starts"],
  ["parked where there is a place", inactive, link, { parkIn: ["Left"] }, "parked", "starts"],
  [
    "also where the mapping would have parked them for good",
    inactive,
    link,
    { inactive: "park", parkIn: ["Left"] },
    "parked",
    "starts",
  ],
  ["else as they are", inactive, link, {}, "member", "starts"],
  ["deleted: switched off", undefined, link, { account: "enterprise" }, "suspended", "starts"],
  ["deleted: left as they are", undefined, link, { parkIn: ["Left"] }, "kept", "starts"],
  ["on the way", inactive, withGrace(), { account: "enterprise" }, "suspended", "runs"],
  [
    "over",
    inactive,
    withGrace({ since: at(-24), until: at(0) }),
    { account: "enterprise" },
    "absent",
    "over",
  ],
  [
    "made shorter by another policy",
    inactive,
    withGrace({ since: at(-30), until: at(90) }),
    { account: "enterprise" },
    "absent",
    "over",
  ],
  ["taken out of the policy", inactive, withGrace(), { rules: NO_GRACE }, "absent", "over"],
  ["back", { id: "u1", active: true }, withGrace(), { account: "enterprise" }, "member", "cancelled"],
  [
    "to stay for good by another policy",
    inactive,
    withGrace(),
    { account: "enterprise", rules: ALL_STAY },
    "suspended",
    "cancelled",
  ],
  ["to stay for good", inactive, link, { parkIn: ["Left"], rules: ALL_STAY }, "parked", undefined],
  ["not there any more", inactive, withGrace(), { account: undefined }, "absent", "over"],
  [
    "kept by the mapping, without a word of the policy",
    inactive,
    link,
    { inactive: "keep" },
    "member",
    undefined,
  ],
])("with a grace of a day: %s", (_name, document, of, situation, standing, step) => {
  const { grace, ...rest } = lifecycle(document, of, { rules: DAY, ...situation });
  expect(rest).toEqual({ standing });
  expect(grace?.kind).toBe(step);
});

test("another policy moves the end", () => {
  const rules: LeaverRules = { ...DAY, grace: { regular: 48 * HOUR_MS, enterprise: 0 } };
  expect(lifecycle(inactive, withGrace(), { rules }).grace).toEqual({
    kind: "runs",
    until: at(38),
    moved: true,
  });
});
