import type { Clock } from "../../core/clock.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import { ChannelFailed } from "../channels/channel.ts";
import type { Outbound } from "../channels/outbound.ts";

/**
 * Calls an external service that raises an alarm when the calls stop. This is the only alarm that needs no
 * part of this server.
 */
export async function beat(url: Secret, outbound: Outbound, signal: AbortSignal): Promise<void> {
  const { status } = await outbound.send("GET", url.reveal(), { signal });
  if (status < 200 || status > 299) throw new ChannelFailed(`http-${status}`);
}

const EVERY_MS = 5 * 60_000;
/** If the last evaluation is older than this, something hangs, and no heartbeat is sent. */
const FRESH_MS = 60_000;
const AGAIN_MS = 30_000;

export interface Pulse {
  /** Whether a heartbeat is due now. A call with true uses it up. */
  take(lastEvaluationMs: number | undefined): boolean;
  /** The heartbeat did not arrive, so the next one comes earlier. */
  missed(): void;
}

/** The first heartbeat is sent after the first evaluation of the rules. */
export function createPulse(clock: Pick<Clock, "monotonicMs">): Pulse {
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    take(lastEvaluationMs) {
      const nowMs = clock.monotonicMs();
      if (lastEvaluationMs === undefined || nowMs - lastEvaluationMs > FRESH_MS || nowMs - lastMs < EVERY_MS)
        return false;
      lastMs = nowMs;
      return true;
    },
    missed() {
      lastMs = clock.monotonicMs() - EVERY_MS + AGAIN_MS;
    },
  };
}
