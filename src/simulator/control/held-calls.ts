import type { Clock } from "../../core/clock.ts";

/** Calls that are on their way and have not arrived. */
export interface HeldCalls {
  /** Resolves to true when the call arrives: after `ms`, or when it is released; 0 waits for the release. False when it never will. */
  hold(path: string, ms: number, signal: AbortSignal): Promise<boolean>;
  /** All arrive now, in the order they were sent. Answers how many. */
  release(): number;
  /** None of them ever arrives. */
  drop(): void;
  paths(): readonly string[];
}

export function createHeldCalls(clock: Clock): HeldCalls {
  const held = new Map<(arrives: boolean) => void, string>();
  const end = (arrives: boolean): number => {
    const all = [...held.keys()];
    held.clear();
    for (const settle of all) settle(arrives);
    return all.length;
  };
  return {
    hold: (path, ms, signal) =>
      new Promise((resolve) => {
        const settle = (arrives: boolean): void => {
          held.delete(settle);
          resolve(arrives);
        };
        held.set(settle, path);
        signal.addEventListener("abort", () => settle(false), { once: true });
        if (ms > 0)
          clock.sleep(ms, signal).then(
            () => settle(true),
            () => settle(false),
          );
      }),
    release: () => end(true),
    drop: () => void end(false),
    paths: () => [...held.values()],
  };
}
