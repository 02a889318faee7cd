import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";
import type { EventAppender } from "../history/event-appender.ts";

/** A credential that was refused: nothing of it that could be used. */
export interface RefusedCredential {
  /** Which check it failed. */
  readonly check: string;
  readonly requestId: string;
  readonly path: string;
  /** Of a token or a trust that there may be. */
  readonly tokenId?: string;
  /** Of a text that is none of ours: its first signs. */
  readonly tokenPrefix?: string;
}

export interface RefusalEvents {
  /** Returns at once: no request waits for its refusal to be written down. */
  add(refused: RefusedCredential): void;
}

/** A guesser must not fill the history: of the same credential one event a minute, of all of this process so many. */
const MOST_A_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Events `access.refused`. Refusals that get none of their own are counted in the next one. */
export function createRefusalEvents(deps: {
  readonly events: EventAppender;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  readonly logger: Logger;
}): RefusalEvents {
  const { events, clock, logger } = deps;
  let minute = Number.NEGATIVE_INFINITY;
  let told = new Set<string>();
  let leftOut = 0;
  return {
    add({ check, requestId, path, tokenId, tokenPrefix }) {
      const now = Math.floor(clock.monotonicMs() / MINUTE_MS);
      if (now !== minute) {
        minute = now;
        told = new Set();
      }
      const key = [check, tokenId ?? tokenPrefix ?? ""].join(" ");
      if (told.has(key) || told.size >= MOST_A_MINUTE) {
        leftOut += 1;
        return;
      }
      told.add(key);
      const at = clock.now();
      const detail = {
        check,
        path,
        ...(tokenId === undefined ? {} : { tokenId }),
        ...(tokenPrefix === undefined ? {} : { tokenPrefix }),
        ...(leftOut === 0 ? {} : { leftOut }),
      };
      const counted = leftOut;
      leftOut = 0;
      events
        .append({ id: uuidv7(at.getTime()), at, code: "access.refused", actor: "system", requestId, causes: [], detail })
        .catch((error) => {
          leftOut += counted + 1;
          logger.warn({ requestId, error }, "a refused credential could not be written to the history");
        });
    },
  };
}
