import type { Outbound } from "../../alerts/channels/outbound.ts";
import type { Clock } from "../../core/clock.ts";
import { unreachable } from "../../core/errors.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import { wantsOf } from "../compile.ts";
import type { SinkEntry } from "../file.ts";
import { createKafkaSink } from "./kafka.ts";
import type { loadLibrary } from "./load-library.ts";
import { createRocketmqSink } from "./rocketmq.ts";
import type { Sink } from "./sink.ts";
import { createWebhookSink } from "./webhook.ts";

export interface SinkDeps {
  /** PUBLIC_URL: the `source` of events. */
  readonly source: string;
  outbound(allowPrivate: boolean): Outbound;
  /** The content of a file with a secret. Throws CannotStart if it is unreadable. */
  secretIn(file: string): Secret;
  readonly clock: Clock;
  readonly load?: typeof loadLibrary;
}

/**
 * The sinks that receive events; polling consumers have none. Does not connect yet. Throws CannotStart for
 * missing parts.
 */
export async function openSinks(entries: readonly SinkEntry[], deps: SinkDeps): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  for (const entry of entries) {
    const sink = await openSink(entry, deps);
    if (sink) sinks.push(sink);
  }
  return sinks;
}

async function openSink(
  entry: SinkEntry,
  { source, outbound, secretIn, clock, load }: SinkDeps,
): Promise<Sink | undefined> {
  switch (entry.kind) {
    case "webhook": {
      const { name, url, secretFile, personal, codes, allowPrivate } = entry;
      const secret = secretFile === undefined ? {} : { secret: secretIn(secretFile) };
      return createWebhookSink(
        { name, url, ...secret, source, personal, wants: wantsOf(codes) },
        { outbound: outbound(allowPrivate), clock },
      );
    }
    case "kafka": {
      const password = entry.passwordFile === undefined ? {} : { password: secretIn(entry.passwordFile) };
      return createKafkaSink(
        { entry, ...password, source, personal: entry.personal, wants: wantsOf(entry.codes) },
        load,
      );
    }
    case "rocketmq": {
      const secretKey = entry.secretKeyFile === undefined ? {} : { secretKey: secretIn(entry.secretKeyFile) };
      return createRocketmqSink(
        { entry, ...secretKey, source, personal: entry.personal, wants: wantsOf(entry.codes) },
        load,
      );
    }
    case "poll":
      return undefined;
    default:
      return unreachable(entry);
  }
}
