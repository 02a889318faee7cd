import type { Fault } from "./verify.ts";

/**
 * The last result in this browser, and the newest checkpoint that it has verified. The log must continue this
 * checkpoint.
 */
export interface Kept {
  readonly at: string;
  readonly size: number;
  readonly fault?: Fault;
  /** The text of the checkpoint. Undefined: none was verified yet. */
  readonly checkpoint?: string;
}

const STORED = "dingtalk-scim-verified";

export function readKept(): Kept | undefined {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(STORED) ?? "null");
    // The cast is safe, because only `keep` writes this item.
    return value === null ? undefined : (value as Kept);
  } catch {
    return undefined;
  }
}

export const keep = (kept: Kept): void => window.localStorage.setItem(STORED, JSON.stringify(kept));
export const forget = (): void => window.localStorage.removeItem(STORED);
