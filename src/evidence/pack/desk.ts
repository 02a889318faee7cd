import { randomUUID } from "node:crypto";
import { createWriteStream, readdirSync, renameSync, rmSync, statSync } from "node:fs";
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

/** Packs that are made in the background, each a file until newer ones take its place. */
export interface EvidenceDesk {
  /** Answers the id at once; one is made after the other. */
  order(order: Omit<PackOrder, "id">): string;
  state(id: string): PackState;
}

/** A pack may have the history of years in it. */
const KEPT = 5;
const SUFFIX = ".zip";

/** `folder`: of its own, made when it is needed. */
export function createEvidenceDesk(deps: PackDeps & { readonly folder: string; readonly logger: Logger }): EvidenceDesk {
  const { folder, logger } = deps;
  const states = new Map<string, "making" | "failed">();
  let last: Promise<void> = Promise.resolve();
  const fileOf = (id: string): string => join(folder, `${id}${SUFFIX}`);

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
  };
}

function forgetOldest(folder: string): void {
  const packs = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => ({ name, madeMs: statSync(join(folder, name)).mtimeMs }))
    .sort((one, other) => other.madeMs - one.madeMs);
  for (const { name } of packs.slice(KEPT)) rmSync(join(folder, name), { force: true });
}
