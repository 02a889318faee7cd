import { randomUUID } from "node:crypto";
import { createWriteStream, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Logger } from "../../core/logger.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { evidencePack, type PackDeps, type PackOrder } from "./pack.ts";

export type PackState =
  | { readonly kind: "making" }
  | { readonly kind: "made"; readonly file: string; readonly bytes: number }
  | { readonly kind: "failed" }
  | { readonly kind: "unknown" };

/** One that was ordered or is kept here. What was ordered of it is known until this process ends; later the event `evidence.made` has it. */
export interface ListedPack {
  readonly id: string;
  readonly state: "making" | "made" | "failed";
  readonly bytes: number | null;
  readonly ordered: Pick<PackOrder, "from" | "to" | "sample" | "seed"> | null;
}

/** Packs that are made in the background, each a file until newer ones take its place. */
export interface EvidenceDesk {
  /** Answers the id at once; one is made after the other. */
  order(order: Omit<PackOrder, "id">): string;
  state(id: string): PackState;
  /** The newest first. */
  list(): readonly ListedPack[];
}

/** A pack may have the history of years in it. */
const KEPT = 5;
/** Of so many it is remembered what was ordered. */
const KEPT_ORDERS = 50;
const SUFFIX = ".zip";

/** `folder`: of its own, made when it is needed. */
export function createEvidenceDesk(deps: PackDeps & { readonly folder: string; readonly logger: Logger }): EvidenceDesk {
  const { folder, logger } = deps;
  const states = new Map<string, "making" | "failed">();
  const orders = new Map<string, ListedPack["ordered"]>();
  let last: Promise<void> = Promise.resolve();
  const fileOf = (id: string): string => join(folder, `${id}${SUFFIX}`);
  const forget = (id: string): void => {
    orders.delete(id);
    states.delete(id);
  };

  async function make(order: PackOrder): Promise<void> {
    try {
      makeFolder(folder, 0o700);
      const part = `${fileOf(order.id)}.part`;
      try {
        await pipeline(Readable.from(evidencePack(deps, order)), createWriteStream(part, { mode: 0o600, flags: "wx" }));
        renameSync(part, fileOf(order.id));
      } finally {
        rmSync(part, { force: true });
      }
      states.delete(order.id);
      forgetOldest(folder);
    } catch (error) {
      states.set(order.id, "failed");
      logger.error({ error }, "an evidence pack could not be made");
    }
  }

  return {
    order(order) {
      const id = randomUUID();
      states.set(id, "making");
      orders.set(id, { from: order.from, to: order.to, sample: order.sample, seed: order.seed });
      for (const old of [...orders.keys()].slice(0, -KEPT_ORDERS)) if (states.get(old) !== "making") forget(old);
      last = last.then(() => make({ ...order, id }));
      return id;
    },

    state(id) {
      const state = states.get(id);
      if (state !== undefined) return { kind: state };
      const file = fileOf(id);
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? { kind: "made", file, bytes: found.size } : { kind: "unknown" };
    },

    list() {
      const unmade = [...states].reverse().map(([id, state]) => ({ id, state, bytes: null, ordered: orders.get(id) ?? null }));
      const made = packsIn(folder).map(({ name, bytes }) => {
        const id = name.slice(0, -SUFFIX.length);
        return { id, state: "made" as const, bytes, ordered: orders.get(id) ?? null };
      });
      return [...unmade, ...made];
    },
  };
}

function forgetOldest(folder: string): void {
  for (const { name } of packsIn(folder).slice(KEPT)) rmSync(join(folder, name), { force: true });
}

/** The newest first. */
function packsIn(folder: string): readonly { readonly name: string; readonly bytes: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => {
      // Another one may have taken its place meanwhile.
      const found = statSync(join(folder, name), { throwIfNoEntry: false });
      return found ? [{ name, bytes: found.size, madeMs: found.mtimeMs }] : [];
    })
    .sort((one, other) => other.madeMs - one.madeMs);
}
