import { beijingTime } from "../wire/gateway-refusal.ts";

/** Limits of the gateway (docs/dingtalk.md 9.1). 0 means no limit. */
export interface LimitSettings {
  /** Calls per second for each app and API, counted in fixed windows of one second. */
  readonly qps: number;
  /** Calls for tokens per minute for each app (docs/dingtalk.md 13.1). */
  readonly tokensPerMinute: number;
  /**
   * Calls per 20 seconds from one address, for all APIs together. A further call bans the address for five
   * minutes.
   */
  readonly addressCalls: number;
  /** Calls of paid APIs per calendar month (UTC+8), for all apps of the organisation together. */
  readonly paidCallsPerMonth: number;
}

export interface Overrun {
  readonly limit: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Limits {
  settings: LimitSettings;
  /**
   * Counts a call of an app to an API. Over the limit: does not count it, and returns the window that is
   * full.
   */
  admit(appKey: string, api: string, nowMs: number): Overrun | undefined;
  admitToken(appKey: string, nowMs: number): Overrun | undefined;
  /** Counts a call of a paid API. False if the quota of the month is used up. */
  admitPaid(nowMs: number): boolean;
  /** Counts a call of this address. True if the address is banned, also if this call causes the ban. */
  bans(address: string, nowMs: number): boolean;
  ban(address: string, nowMs: number): void;
  clear(): void;
}

export const BAN_MS = 5 * 60_000;
/**
 * Highest rate in calls per second that an organisation may have. DingTalk's documentation ends at 60
 * (docs/dingtalk.md 9.1). That the exclusive edition has up to 120 is an assumption: it was reported once and
 * nothing confirms it. A rate up to it has all limits, so a higher assumption hides nothing.
 */
const MOST_SOLD = 120;
/**
 * Monthly quota of the professional edition (docs/dingtalk.md 9.1). The standard edition has no enterprise
 * accounts.
 */
const PAID_CALLS = 200_000;

/**
 * All limits for a rate. A rate of 0 or above 120 exists only in tests: the other limits are then off, except
 * those in `named`.
 */
export function limitsFor(
  qps: number,
  named: { readonly [K in keyof LimitSettings]?: LimitSettings[K] | undefined } = {},
): LimitSettings {
  const sold = qps > 0 && qps <= MOST_SOLD;
  return {
    qps,
    tokensPerMinute: named.tokensPerMinute ?? (sold ? 60 : 0),
    addressCalls: named.addressCalls ?? (sold ? 10_000 : 0),
    paidCallsPerMonth: named.paidCallsPerMonth ?? (sold ? PAID_CALLS : 0),
  };
}

export function createLimits(initial: LimitSettings): Limits {
  const perSecond = createWindows(1_000);
  const perMinute = createWindows(60_000);
  const perAddress = createWindows(20_000);
  const bannedUntil = new Map<string, number>();
  let paid = { month: "", count: 0 };
  const limits: Limits = {
    settings: initial,
    admit: (appKey, api, nowMs) => perSecond.admit(`${appKey} ${api}`, limits.settings.qps, nowMs),
    admitToken: (appKey, nowMs) => perMinute.admit(appKey, limits.settings.tokensPerMinute, nowMs),
    admitPaid(nowMs) {
      const month = beijingTime(nowMs).slice(0, 7);
      if (paid.month !== month) paid = { month, count: 0 };
      const { paidCallsPerMonth } = limits.settings;
      if (paidCallsPerMonth > 0 && paid.count >= paidCallsPerMonth) return false;
      paid.count += 1;
      return true;
    },
    bans(address, nowMs) {
      if (nowMs < (bannedUntil.get(address) ?? 0)) return true;
      if (perAddress.admit(address, limits.settings.addressCalls, nowMs) === undefined) return false;
      limits.ban(address, nowMs);
      return true;
    },
    ban: (address, nowMs) => {
      bannedUntil.set(address, nowMs + BAN_MS);
    },
    clear() {
      perSecond.clear();
      perMinute.clear();
      perAddress.clear();
      bannedUntil.clear();
      paid = { month: "", count: 0 };
    },
  };
  return limits;
}

/** Counts in fixed windows that begin at multiples of `lengthMs` of the clock. */
function createWindows(lengthMs: number) {
  const windows = new Map<string, { window: number; count: number }>();
  return {
    admit(key: string, limit: number, nowMs: number): Overrun | undefined {
      if (limit === 0) return undefined;
      const window = Math.floor(nowMs / lengthMs);
      const known = windows.get(key);
      if (known?.window !== window) {
        windows.set(key, { window, count: 1 });
        return undefined;
      }
      if (known.count >= limit) return { limit, fromMs: window * lengthMs, untilMs: (window + 1) * lengthMs };
      known.count += 1;
      return undefined;
    },
    clear: () => windows.clear(),
  };
}
