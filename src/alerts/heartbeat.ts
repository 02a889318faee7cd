import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import { ChannelFailed } from "./channels/channel.ts";
import type { Outbound } from "./channels/outbound.ts";

/** An external service raises an alarm when these calls stop: the only alarm that needs no part of this server. */
export async function beat(url: Secret, outbound: Outbound, signal: AbortSignal): Promise<void> {
  const { status } = await outbound.send("GET", url.reveal(), { signal });
  if (status < 200 || status > 299) throw new ChannelFailed(`http-${status}`);
}

const EVERY_MS = 5 * 60_000;
/** A look that is older says that something hangs: then silence is the message. */
const FRESH_MS = 60_000;
const AGAIN_MS = 30_000;

export interface Pulse {
  /** Whether one is due now. Asking takes it. */
  take(lastLookMs: number | undefined): boolean;
  /** It did not arrive: the next one is not waited for as long. */
  missed(): void;
}

/** The first one goes out at the start, as soon as somebody has looked. */
export function createPulse(clock: Pick<Clock, "monotonicMs">): Pulse {
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    take(lastLookMs) {
      const nowMs = clock.monotonicMs();
      if (lastLookMs === undefined || nowMs - lastLookMs > FRESH_MS || nowMs - lastMs < EVERY_MS) return false;
      lastMs = nowMs;
      return true;
    },
    missed() {
      lastMs = clock.monotonicMs() - EVERY_MS + AGAIN_MS;
    },
  };
}
