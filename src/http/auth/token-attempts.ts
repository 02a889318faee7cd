import { hash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { createAttemptLimit } from "../connection/attempt-limit.ts";

/** Attempts at the token endpoint (docs/threats.md T5). */
export interface TokenAttempts {
  /** Takes one attempt of a client of this network. */
  take(network: string, clientId: string): TokenAttempt;
}

export interface TokenAttempt {
  /** 0 when it may be judged. */
  readonly waitMs: number;
  /** Nobody could judge it: it was no failure. */
  giveBack(): void;
  /** The client is who it says it is. */
  succeeded(): void;
}

/** Enough for a typing error. */
const OF_ONE_CLIENT = 5;
/** Limit for all clients of a network together, because an attacker can use a new id for every attempt. */
const OF_ONE_NETWORK = 20;
/** A client that got a token within a day does not share the limit of its network: an attacker behind the same proxy must not lock it out. */
const KNOWN_MS = 24 * 3_600_000;
const MAX_KNOWN = 1_000;

export function createTokenAttempts(clock: Pick<Clock, "monotonicMs">): TokenAttempts {
  const byClient = createAttemptLimit(OF_ONE_CLIENT, clock);
  const byNetwork = createAttemptLimit(OF_ONE_NETWORK, clock);
  /** Clients that succeeded, the one that did longest ago first. */
  const known = new Map<string, number>();

  function remember(key: string): void {
    known.delete(key);
    known.set(key, clock.monotonicMs());
    const oldest = known.keys().next().value;
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  }

  return {
    take(network, clientId) {
      const key = keyOf(network, clientId);
      const isKnown = clock.monotonicMs() - (known.get(key) ?? Number.NEGATIVE_INFINITY) < KNOWN_MS;
      // Before the client's own: an id that was made up becomes a key only as often as its network may fail.
      const waitMs = (isKnown ? 0 : byNetwork.take(network)) || byClient.take(key);
      const giveBack = () => {
        byClient.giveBack(key);
        if (!isKnown) byNetwork.giveBack(network);
      };
      return {
        waitMs,
        giveBack,
        succeeded() {
          giveBack();
          remember(key);
        },
      };
    },
  };
}

/** Fixed size for ids of any length. */
const keyOf = (network: string, clientId: string): string => hash("sha256", `${network} ${clientId}`, "base64");
