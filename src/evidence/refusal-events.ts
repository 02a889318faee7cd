import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";
import type { EventAppender } from "../history/event-appender.ts";

/** A refused credential. It holds no part of the secret that could be used. */
export interface RefusedCredential {
  /** Name of the check that failed. */
  readonly check: string;
  readonly requestId: string;
  readonly path: string;
  /** Id of the token or of the trust that the credential names. It need not exist. */
  readonly tokenId?: string;
  /** The first characters of a text that is not one of our tokens. */
  readonly tokenPrefix?: string;
}

export interface RefusalEvents {
  /** Records a refusal. Returns without waiting for the event to be stored, so that no request waits. */
  add(refused: RefusedCredential): void;
}

/**
 * Limits of this process, so that an attacker cannot fill the history: one event a minute for a credential,
 * and this many a minute for all.
 */
const MOST_A_MINUTE = 20;
const MINUTE_MS = 60_000;

/**
 * Appends events `access.refused`. A refusal above the limits gets no event. The next event has the number of
 * such refusals in `leftOut`.
 */
export function createRefusalEvents(deps: {
  readonly events: EventAppender;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  readonly logger: Logger;
}): RefusalEvents {
  const { events, clock, logger } = deps;
  let minute = Number.NEGATIVE_INFINITY;
  let recorded = new Set<string>();
  let leftOut = 0;
  return {
    add({ check, requestId, path, tokenId, tokenPrefix }) {
      const now = Math.floor(clock.monotonicMs() / MINUTE_MS);
      if (now !== minute) {
        minute = now;
        recorded = new Set();
      }
      const key = [check, tokenId ?? tokenPrefix ?? ""].join(" ");
      if (recorded.has(key) || recorded.size >= MOST_A_MINUTE) {
        leftOut += 1;
        return;
      }
      recorded.add(key);
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
        .append({
          id: uuidv7(at.getTime()),
          at,
          code: "access.refused",
          actor: "system",
          requestId,
          causes: [],
          detail,
        })
        .catch((error) => {
          leftOut += counted + 1;
          logger.warn({ requestId, error }, "a refused credential could not be written to the history");
        });
    },
  };
}
