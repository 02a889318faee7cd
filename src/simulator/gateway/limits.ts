import { beijingTime } from "../wire/gateway-refusal.ts";

/** How much the gateway admits (docs/dingtalk.md 9.1). 0 = no limit. */
export interface LimitSettings {
  /** Calls per second, per app and API, counted in fixed windows of one second. */
  readonly qps: number;
  /** Token calls per minute and app. */
  readonly tokensPerMinute: number;
  /** Calls per 20 seconds from one address, all APIs; more bans the address for five minutes. */
  readonly addressCalls: number;
  /** Calls of paid APIs per calendar month of Beijing, all apps of the organisation together. */
  readonly paidCallsPerMonth: number;
}

export interface Overrun {
  readonly limit: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Limits {
  settings: LimitSettings;
  /** Counts a call of an app to an API, or says by when it may come again. A refused call is not counted. */
  admit(appKey: string, api: string, nowMs: number): Overrun | undefined;
  admitToken(appKey: string, nowMs: number): Overrun | undefined;
  /** Counts a call of a paid API; false when the month's are used up. */
  admitPaid(nowMs: number): boolean;
  /** Whether the address is banned now; counting this call may be what bans it. */
  bans(address: string, nowMs: number): boolean;
  ban(address: string, nowMs: number): void;
  forgive(): void;
}

export const BAN_MS = 5 * 60_000;
/** The exclusive edition's calls per second; 60 with the add-on pack of the others (docs/dingtalk.md 9.1). */
const MOST_SOLD = 120;
/** What the professional edition has (docs/dingtalk.md 9.1): enterprise accounts are not for the standard one. */
const PAID_CALLS = 200_000;

/** The limits for a rate: a rate that no edition sells (above 120, or none) is a test's own, so the other dimensions are off unless named. */
export function limitsFor(qps: number, named: { readonly [K in keyof LimitSettings]?: LimitSettings[K] | undefined } = {}): LimitSettings {
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
    forgive() {
      perSecond.clear();
      perMinute.clear();
      perAddress.clear();
      bannedUntil.clear();
      paid = { month: "", count: 0 };
    },
  };
  return limits;
}

/** Fixed windows aligned to the clock. */
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
