import { CannotStart } from "../../core/errors.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import type { Secret } from "../../core/secret.ts";
import { cloudEventOf, type Encoding } from "../cloud-event.ts";
import type { RocketmqEntry } from "../file.ts";
import { loadLibrary } from "./load-library.ts";
import { type Sink, SinkFailed } from "./sink.ts";

/** What is used of `rocketmq-client-nodejs`, for RocketMQ 5. */
export interface RocketmqLibrary {
  readonly Producer: new (options: {
    readonly endpoints: string;
    readonly namespace: string;
    readonly sslEnabled: boolean;
    readonly sessionCredentials?: { readonly accessKey: string; readonly accessSecret: string };
    readonly topic: string;
    readonly requestTimeout: number;
    readonly maxAttempts: number;
    readonly logger: Logger;
  }) => Producer;
}

interface Producer {
  startup(): Promise<void>;
  shutdown(): Promise<void>;
  send(message: {
    readonly topic: string;
    readonly tag: string;
    readonly keys: readonly string[];
    readonly messageGroup: string;
    readonly body: Buffer;
  }): Promise<unknown>;
}

const REQUEST_MS = 10_000;
/** Of events without a subject. */
const NO_SUBJECT = "none";

export interface RocketmqSinkOptions extends Encoding {
  readonly entry: RocketmqEntry;
  readonly secretKey?: Secret;
  readonly wants: Sink["wants"];
}

/** A subject is a message group, whose order a FIFO topic keeps; the code is the tag and the event's id the key. Throws CannotStart where the library is not installed. */
export async function createRocketmqSink(options: RocketmqSinkOptions, load = loadLibrary): Promise<Sink> {
  const { entry, secretKey, wants } = options;
  const { name, endpoint, topic, tls, accessKey } = entry;
  const { Producer } = await load<RocketmqLibrary>("rocketmq-client-nodejs", "1.0.8", name);
  if (typeof Producer !== "function")
    throw new CannotStart([`FEED_FILE: the package rocketmq-client-nodejs that sink ${name} needs is another one`]);
  let started: Promise<Producer> | undefined;

  async function start(): Promise<Producer> {
    const producer = new Producer({
      endpoints: endpoint,
      namespace: "",
      sslEnabled: tls,
      ...(accessKey === undefined || secretKey === undefined
        ? {}
        : { sessionCredentials: { accessKey, accessSecret: secretKey.reveal() } }),
      topic,
      requestTimeout: REQUEST_MS,
      maxAttempts: 1,
      // Its own writes a file below the home folder.
      logger: silentLogger,
    });
    await producer.startup();
    return producer;
  }

  async function close(): Promise<void> {
    const producer = await started?.catch(() => undefined);
    started = undefined;
    await producer?.shutdown();
  }

  return {
    name,
    wants,
    async send(events, signal) {
      let delivered = 0;
      try {
        started ??= start();
        const producer = await started;
        // The client sends one message at a time; the order of a group is that of its calls.
        for (const each of events) {
          signal.throwIfAborted();
          await producer.send({
            topic,
            tag: each.event.code,
            keys: [each.event.id],
            messageGroup: each.event.subject?.id ?? NO_SUBJECT,
            body: Buffer.from(JSON.stringify(cloudEventOf(each, options))),
          });
          delivered += 1;
        }
      } catch (cause) {
        await close().catch(() => undefined);
        throw new SinkFailed(answerOf(cause), { delivered, cause });
      }
    },
    close,
  };
}

/** Names of errors, never what they say. */
function answerOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "number") return `code-${code}`;
  return typeof name === "string" && /^\w{1,60}$/.test(name) ? name : "failed";
}
