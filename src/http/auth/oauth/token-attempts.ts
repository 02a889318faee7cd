import { hash } from "node:crypto";
import type { Clock } from "../../../core/clock.ts";
import { createAttemptLimit } from "../../connection/attempt-limit.ts";

/** Attempts at the token endpoint (docs/threats.md T5). */
export interface TokenAttempts {
  /** Takes one attempt of a client of this network. */
  take(network: string, clientId: string): TokenAttempt;
}

export interface TokenAttempt {
  /** 0: the attempt may be checked now. */
  readonly waitMs: number;
  /** Returns the attempt, because it could not be checked. */
  giveBack(): void;
  /** The credential was right. */
  succeeded(): void;
}

/** Attempts of one client a minute. Enough for a typing error. */
const OF_ONE_CLIENT = 5;
/** Limit for all clients of a network together, because an attacker can use a new id for every attempt. */
const OF_ONE_NETWORK = 20;
/**
 * A client with a token within the last day does not count for its network. An attacker behind the same proxy
 * must not lock it out.
 */
const KNOWN_MS = 24 * 3_600_000;
const MAX_KNOWN = 1_000;

export function createTokenAttempts(clock: Pick<Clock, "monotonicMs">): TokenAttempts {
  const byClient = createAttemptLimit(OF_ONE_CLIENT, clock);
  const byNetwork = createAttemptLimit(OF_ONE_NETWORK, clock);
  /** Successful clients, least recent success first. */
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
      // The network is counted first. So invented ids create keys only as often as their network may fail.
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

/** A digest of fixed size, because ids may be long. */
const keyOf = (network: string, clientId: string): string =>
  hash("sha256", `${network} ${clientId}`, "base64");
