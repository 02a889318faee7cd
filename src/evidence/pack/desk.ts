import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { evidencePack, type PackDeps, type PackOrder } from "./pack.ts";
import type { ListedPack, PackState, PackStore } from "./store.ts";

/** Packs that are made in the background, and given out by every process until newer ones take their place. */
export interface EvidenceDesk {
  /** Answers the id when the order is known to all; one pack is made after the other. */
  order(order: Omit<PackOrder, "id">): Promise<string>;
  state(id: string): Promise<PackState>;
  /** The newest first. */
  list(): Promise<readonly ListedPack[]>;
  /** The bytes of one that is made. Rejects where it goes meanwhile. */
  read(id: string, pieces: number): AsyncIterable<Buffer>;
}

export interface EvidenceDeskDeps extends Omit<PackDeps, "clock"> {
  readonly store: PackStore;
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly logger: Logger;
}

/** So much of a pack is in memory, and in one row. */
const PIECE_BYTES = 256 * 1_024;
const SIGN_OF_LIFE_MS = 10_000;

export function createEvidenceDesk(deps: EvidenceDeskDeps): EvidenceDesk {
  const { store, clock, logger } = deps;
  let last: Promise<void> = Promise.resolve();

  async function make(order: PackOrder): Promise<void> {
    let pieces = 0;
    let bytes = 0;
    for await (const piece of inPieces(evidencePack(deps, order))) {
      await store.add(order.id, pieces++, piece);
      bytes += piece.length;
    }
    await store.made(order.id, { bytes, pieces });
  }

  async function makeInTurn(order: PackOrder, before: Promise<void>): Promise<void> {
    const done = new AbortController();
    const signs = giveSigns(order.id, done.signal);
    try {
      await before;
      await make(order);
    } catch (error) {
      logger.error({ error }, "an evidence pack could not be made");
      // Where that does not succeed either, there are no more signs of life.
      await store
        .failed(order.id)
        .catch((failure: unknown) => logger.warn({ error: failure }, "the failure of an evidence pack could not be recorded"));
    } finally {
      done.abort();
      await signs;
    }
  }

  async function giveSigns(id: string, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await clock.sleep(SIGN_OF_LIFE_MS, done).catch(() => undefined);
      if (!done.aborted)
        await store.seen(id).catch((error: unknown) => logger.warn({ error }, "the heartbeat of an evidence pack could not be recorded"));
    }
  }

  return {
    async order(order) {
      const id = randomUUID();
      await store.begin(id, order);
      last = makeInTurn({ ...order, id }, last);
      return id;
    },
    state: store.state,
    list: store.list,
    async *read(id, pieces) {
      for (let place = 0; place < pieces; place++) {
        const piece = await store.piece(id, place);
        if (!piece) throw new Error("an evidence pack has gone while it was read");
        yield piece;
      }
    },
  };
}

async function* inPieces(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const some of bytes) {
    waiting.push(some);
    length += some.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
