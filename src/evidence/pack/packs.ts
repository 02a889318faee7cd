import { randomUUID } from "node:crypto";
import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { evidencePack } from "./pack.ts";
import type { PackDeps, PackOrder } from "./pack-order.ts";
import type { ListedPack, PackState, PackStore } from "./store.ts";

/**
 * Makes evidence packs in the background. Every process can read a finished pack until newer packs replace
 * it.
 */
export interface EvidencePacks {
  /** Stores the order and returns its id. A process makes its packs one after another. */
  order(order: Omit<PackOrder, "id">): Promise<string>;
  state(id: string): Promise<PackState>;
  /** Newest first. */
  list(): Promise<readonly ListedPack[]>;
  /** The bytes of a finished pack. Rejects with an Error if the pack is removed meanwhile. */
  read(id: string, pieces: number): AsyncIterable<Buffer>;
}

export interface EvidencePacksDeps extends Omit<PackDeps, "clock"> {
  readonly store: PackStore;
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly logger: Logger;
}

/** Size of a piece, which is one row of the database. At most one piece is in memory. */
const PIECE_BYTES = 256 * 1_024;
const HEARTBEAT_MS = 10_000;

export function createEvidencePacks(deps: EvidencePacksDeps): EvidencePacks {
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
    const heartbeats = sendHeartbeats(order.id, done.signal);
    try {
      await before;
      await make(order);
    } catch (error) {
      logger.error({ error }, "an evidence pack could not be made");
      // If this fails too, the heartbeats end, and the store reports the pack as failed after a minute.
      await store
        .failed(order.id)
        .catch((failure: unknown) =>
          logger.warn({ error: failure }, "the failure of an evidence pack could not be recorded"),
        );
    } finally {
      done.abort();
      await heartbeats;
    }
  }

  async function sendHeartbeats(id: string, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await sleepUnlessAborted(clock, HEARTBEAT_MS, done);
      if (!done.aborted)
        await store
          .seen(id)
          .catch((error: unknown) =>
            logger.warn({ error }, "the heartbeat of an evidence pack could not be recorded"),
          );
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
        if (!piece) throw new Error(`the evidence pack ${id} was removed while it was read`);
        yield piece;
      }
    },
  };
}

async function* inPieces(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    waiting.push(chunk);
    length += chunk.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
