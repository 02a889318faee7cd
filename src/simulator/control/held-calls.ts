import type { Clock } from "../../core/clock.ts";

/** Calls of the faults `late` and `late_unanswered` that have not arrived yet. */
export interface HeldCalls {
  /**
   * Resolves to true when the call arrives: after `ms`, or earlier at a release. With `ms` 0 only a release
   * lets it arrive. Resolves to false if the call is dropped or `signal` aborts.
   */
  hold(path: string, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Lets all held calls arrive now, in the order in which they were sent. Returns their number. */
  release(): number;
  /** Drops all held calls: they never arrive. */
  drop(): void;
  /** The paths of all held calls. */
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
