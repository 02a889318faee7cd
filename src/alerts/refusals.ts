import type { Clock } from "../core/clock.ts";
import type { SignalStore } from "./ports.ts";

/** Refused credentials of this process between two writes: additions in memory, so that no request waits for them. */
export interface RefusalTally {
  add(refused: { readonly tokenId?: string; readonly address: string; readonly path: string }): void;
  flush(store: SignalStore): Promise<void>;
}

type Streak = Parameters<SignalStore["add"]>[0][number];

const SCIM = "/scim/";
/** Strangers with many addresses must not fill memory or table; those that come first in a while are kept. */
const MOST = 100;

export function createRefusalTally(clock: Pick<Clock, "now">): RefusalTally {
  let streaks = new Map<string, Streak>();
  return {
    add({ tokenId, address, path }) {
      if (!path.startsWith(SCIM)) return;
      const key = tokenId ?? address;
      const known = streaks.get(key);
      if (!known && streaks.size >= MOST) return;
      const at = clock.now();
      streaks.set(key, {
        code: "sourceRefused",
        key,
        ...(tokenId === undefined ? {} : { tokenId }),
        count: (known?.count ?? 0) + 1,
        firstAt: known?.firstAt ?? at,
        lastAt: at,
      });
    },
    async flush(store) {
      if (streaks.size === 0) return;
      const taken = streaks;
      streaks = new Map();
      try {
        await store.add([...taken.values()]);
      } catch (error) {
        // What came meanwhile is newer, and few of either matter.
        for (const [key, streak] of taken) if (!streaks.has(key)) streaks.set(key, streak);
        throw error;
      }
    },
  };
}
