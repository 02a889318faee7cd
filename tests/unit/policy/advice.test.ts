import { accessKeptMs, policyAdvice } from "../../../src/policy/advice.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";

const HOUR_MS = 3_600_000;
type Settings = Parameters<typeof accessKeptMs>[1];
const nobodyParked: Settings = { inactive: "remove" };
const parked: Settings = {
  inactive: "remove",
  parkIn: { path: ["Left"], external: false } as unknown as NonNullable<Settings["parkIn"]>,
};
const rules = (grace: string) => compilePolicy(`version: 1\n${grace}`);

test.each<[string, string, Settings, number | undefined]>([
  ["without a grace they go at once", "", nobodyParked, undefined],
  ["with one they keep their access for so long", "grace: 24h", nobodyParked, 24 * HOUR_MS],
  [
    "also where only the other kind was thought of",
    "grace: { regular: 30m, enterprise: 30d }",
    nobodyParked,
    HOUR_MS / 2,
  ],
  ["accounts of the organisation are disabled", "grace: { enterprise: 30d }", nobodyParked, undefined],
  ["they are moved away at once", "grace: 24h", parked, undefined],
  ["it is meant", "grace: { regular: 24h, keepsAccess: true }", nobodyParked, undefined],
  ["they stay for good, and that is meant", "grace: 24h\nleaver: { regular: keep }", nobodyParked, undefined],
  ["the mapping lets them stay for good", "grace: 24h", { inactive: "keep" }, undefined],
])("people who leave: %s", (_what, grace, settings, expected) =>
  expect(accessKeptMs(rules(grace), settings)).toBe(expected),
);

test.each([
  ["grace: 90m", "90 minutes", 90],
  ["grace: 24h", "1 day", 1_440],
  ["grace: 36h", "36 hours", 2_160],
  ["grace: 30d", "30 days", 43_200],
])("the advice for %s says how long, and what to do", (grace, duration, minutes) => {
  const [advice] = policyAdvice(rules(grace), nobodyParked);
  expect(advice).toMatchObject({
    code: "graceKeepsAccess",
    minutes,
    text: expect.stringContaining(`for ${duration}: `),
  });
  expect(advice!.remedy).toContain("inactive.parkIn");
});
