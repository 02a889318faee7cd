import type { PackOrder } from "./pack.ts";

/** What somebody ordered of a pack. */
export type Ordered = Pick<PackOrder, "from" | "to" | "sample" | "seed">;

export type PackState =
  | { readonly kind: "making" }
  | { readonly kind: "made"; readonly bytes: number; readonly pieces: number }
  | { readonly kind: "failed" }
  | { readonly kind: "unknown" };

export interface ListedPack {
  readonly id: string;
  readonly state: "making" | "made" | "failed";
  readonly bytes: number | null;
  readonly ordered: Ordered;
}

/** Packs, where every process finds them. A pack whose maker has given no sign of life for a minute has failed. */
export interface PackStore {
  begin(id: string, ordered: Ordered): Promise<void>;
  /** A sign of life of whoever makes it. */
  seen(id: string): Promise<void>;
  /** One piece after the other, from 0 on. */
  add(id: string, place: number, content: Buffer): Promise<void>;
  /** From now on it is given out. Older ones than the newest few go. */
  made(id: string, size: { readonly bytes: number; readonly pieces: number }): Promise<void>;
  /** What there is of it goes. */
  failed(id: string): Promise<void>;
  state(id: string): Promise<PackState>;
  /** The newest first. */
  list(): Promise<readonly ListedPack[]>;
  /** Undefined: it has gone meanwhile. */
  piece(id: string, place: number): Promise<Buffer | undefined>;
}
