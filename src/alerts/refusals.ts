import type { Clock } from "../core/clock.ts";
import type { SignalStore } from "./ports.ts";

/**
 * Refused credentials of this process between two writes. They are counted in memory, so that no request
 * waits.
 */
export interface RefusalTally {
  add(refused: { readonly tokenId?: string; readonly address: string; readonly path: string }): void;
  flush(store: SignalStore): Promise<void>;
}

type Streak = Parameters<SignalStore["add"]>[0][number];

const SCIM = "/scim/";
/**
 * A limit against callers with many addresses, which could fill memory and table. The first ones of an
 * interval are kept.
 */
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
        // Newer counts stay. The difference is small.
        for (const [key, streak] of taken) if (!streaks.has(key)) streaks.set(key, streak);
        throw error;
      }
    },
  };
}
