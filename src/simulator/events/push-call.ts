import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { newRequestId } from "../organisation/identifiers.ts";
import type { Switches } from "../organisation/switches.ts";
import { decryptPush, encryptPush, signPush } from "./push-cipher.ts";

export type Settings = NonNullable<Switches["push"]>;

export interface PushCallOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly seed: number;
  readonly appKey: string;
}

/**
 * Sends messages to the push address, encrypted and signed. True if the receiver accepts one: HTTP 200
 * without a redirect, with the encrypted text `success`.
 */
export function createPushCall(
  { clock, logger, seed, appKey }: PushCallOptions,
  stopped: AbortSignal,
): (settings: Settings, message: Record<string, unknown>, deadlineMs: number) => Promise<boolean> {
  let sent = 0;
  return async (settings, message, deadlineMs) => {
    sent += 1;
    const nonce = newRequestId(seed ^ 0x3c6ef372, sent)
      .replaceAll("-", "")
      .slice(0, 16);
    const keys = { token: settings.token, aesKey: settings.aesKey, ownerKey: settings.ownerKey ?? appKey };
    const timestamp = String(clock.now().getTime());
    const encrypt = encryptPush(keys, JSON.stringify(message), Buffer.from(nonce, "utf8"));
    const url = new URL(settings.url);
    const signature = signPush(settings.token, timestamp, nonce, encrypt);
    for (const [name, value] of Object.entries({ signature, msg_signature: signature, timestamp, nonce }))
      url.searchParams.set(name, value);
    const late = new AbortController();
    const answered = new AbortController();
    void clock.sleep(deadlineMs, answered.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ encrypt }),
        redirect: "error",
        signal: AbortSignal.any([late.signal, stopped]),
      });
      const answer = (await response.json()) as { encrypt?: unknown }; // checked on the next line
      return (
        response.status === 200 &&
        typeof answer.encrypt === "string" &&
        decryptPush(keys, answer.encrypt) === "success"
      );
    } catch (error) {
      logger.debug({ url: settings.url, error: String(error) }, "a push was not accepted");
      return false;
    } finally {
      answered.abort();
    }
  };
}
