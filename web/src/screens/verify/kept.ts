import type { Fault } from "./verify.ts";

/** What this browser found last, and the newest checkpoint that it found in order: the log has to continue it. */
export interface Kept {
  readonly at: string;
  readonly size: number;
  readonly fault?: Fault;
  /** As it was served; undefined before the first one that was in order. */
  readonly checkpoint?: string;
}

const STORED = "dingtalk-scim-verified";

export function readKept(): Kept | undefined {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(STORED) ?? "null");
    // Written below, and by nobody else.
    return value === null ? undefined : (value as Kept);
  } catch {
    return undefined;
  }
}

export const keep = (kept: Kept): void => window.localStorage.setItem(STORED, JSON.stringify(kept));
export const forget = (): void => window.localStorage.removeItem(STORED);
