import { BAN_MS, createLimits, limitsFor } from "../../../src/simulator/gateway/limits.ts";
import { createTokens } from "../../../src/simulator/gateway/tokens.ts";

const T = Date.parse("2026-08-22T04:00:00Z");

describe("9.1 calls per second", () => {
  test("fixed windows of one second for each app and API; a refused call does not count", () => {
    const limits = createLimits(limitsFor(2));
    const admitted = (ms: number, app = "a", api = "/x") => limits.admit(app, api, T + ms) === undefined;
    expect([admitted(900), admitted(910), admitted(920), admitted(999)]).toEqual([true, true, false, false]);
    expect([admitted(1_000), admitted(1_001), admitted(1_002)]).toEqual([true, true, false]);
    expect([admitted(1_002, "b"), admitted(1_002, "a", "/y")]).toEqual([true, true]);
  });

  test("the refusal says when the window ends", () => {
    const limits = createLimits(limitsFor(1));
    limits.admit("a", "/x", T + 100);
    expect(limits.admit("a", "/x", T + 250)).toEqual({ limit: 1, fromMs: T, untilMs: T + 1_000 });
  });

  test("0 is no limit; rates that no edition has turn the other limits off", () => {
    const limits = createLimits(limitsFor(0));
    expect(
      Array.from({ length: 1_000 }, () => limits.admit("a", "/x", T)).every((over) => over === undefined),
    ).toBe(true);
    expect(limitsFor(0)).toEqual({ qps: 0, tokensPerMinute: 0, addressCalls: 0, paidCallsPerMonth: 0 });
    expect(limitsFor(5_000)).toMatchObject({ addressCalls: 0 });
    expect(limitsFor(20)).toEqual({
      qps: 20,
      tokensPerMinute: 60,
      addressCalls: 10_000,
      paidCallsPerMonth: 200_000,
    });
    expect(limitsFor(500, { addressCalls: 7 })).toMatchObject({ addressCalls: 7 });
  });
});

describe("9.3 address ban", () => {
  test("more calls than allowed in 20 s ban the address for five minutes, not its neighbour", () => {
    const limits = createLimits(limitsFor(20, { addressCalls: 3 }));
    expect([1, 2, 3, 4].map(() => limits.bans("10.0.0.1", T))).toEqual([false, false, false, true]);
    expect(limits.bans("10.0.0.2", T)).toBe(false);
    expect(limits.bans("10.0.0.1", T + BAN_MS - 1)).toBe(true);
    expect(limits.bans("10.0.0.1", T + BAN_MS)).toBe(false);
  });

  test("clear ends a ban", () => {
    const limits = createLimits(limitsFor(20));
    limits.ban("10.0.0.1", T);
    limits.clear();
    expect(limits.bans("10.0.0.1", T)).toBe(false);
  });
});

describe("9.1 calls per month", () => {
  test("the quota of paid calls is for a month in Beijing time", () => {
    const limits = createLimits(limitsFor(20, { paidCallsPerMonth: 2 }));
    const end = Date.parse("2026-08-31T16:00:00Z");
    expect([1, 2, 3].map(() => limits.admitPaid(end - 1))).toEqual([true, true, false]);
    expect(limits.admitPaid(end)).toBe(true);
  });
});

describe("2.1 tokens", () => {
  test("the same token while it is valid, prolonged by every call, then another", () => {
    const tokens = createTokens("seed");
    const first = tokens.issue("a", T);
    expect(tokens.issue("a", T + 7_000_000)).toBe(first);
    expect(tokens.owner(first, T + 7_200_000)).toBe("a");
    expect(tokens.owner(first, T + 14_199_999)).toBe("a");
    expect(tokens.owner(first, T + 14_200_000)).toBeUndefined();
    const second = tokens.issue("a", T + 14_200_000);
    expect(second).not.toBe(first);
    expect(tokens.owner(first, T + 14_200_001)).toBeUndefined();
  });

  test("tokens are per app, and deterministic for a seed", () => {
    const issue = () =>
      ["a", "b"].map((app, at, _all, tokens = createTokens("seed")) => tokens.issue(app, T + at));
    expect(issue()).toEqual(issue());
    expect(new Set(issue()).size).toBe(2);
  });

  test("13.1 asking for tokens is limited per minute", () => {
    const limits = createLimits(limitsFor(20));
    const over = Array.from({ length: 61 }, () => limits.admitToken("a", T)).filter(
      (one) => one !== undefined,
    );
    expect(over).toEqual([{ limit: 60, fromMs: T, untilMs: T + 60_000 }]);
  });
});
