import type { PackOrder } from "./pack-order.ts";

/** The part of an order that is stored. */
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

/**
 * Stores packs for all processes. A pack counts as failed if its maker has sent no heartbeat for a minute.
 */
export interface PackStore {
  begin(id: string, ordered: Ordered): Promise<void>;
  /** Records a heartbeat of the process that makes the pack. */
  seen(id: string): Promise<void>;
  /** Stores one piece. `place` counts from 0. */
  add(id: string, place: number, content: Buffer): Promise<void>;
  /** The pack is complete: it can be read from now on. Removes old packs. */
  made(id: string, size: { readonly bytes: number; readonly pieces: number }): Promise<void>;
  /** The pack could not be made. Removes its pieces. */
  failed(id: string): Promise<void>;
  state(id: string): Promise<PackState>;
  /** Newest first. */
  list(): Promise<readonly ListedPack[]>;
  /** Undefined: the pack was removed meanwhile. */
  piece(id: string, place: number): Promise<Buffer | undefined>;
}
