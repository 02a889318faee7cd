import { Duplex } from "node:stream";
import { CannotStart } from "../../core/errors.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import { cloudEventText, type Encoding } from "../cloud-event.ts";
import type { RocketmqEntry } from "../file.ts";
import { answerOf, createConnection } from "./connection.ts";
import { sendInLanes } from "./lanes.ts";
import { loadLibrary } from "./load-library.ts";
import { type Sink, SinkFailed } from "./sink.ts";

/** The used part of `rocketmq-client-nodejs`, for RocketMQ 5. */
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
  createTelemetryStream(...given: readonly unknown[]): Duplex;
  getRpcClientManager(): { close(): void };
  send(message: {
    readonly topic: string;
    readonly tag: string;
    readonly keys: readonly string[];
    readonly messageGroup: string;
    readonly body: Buffer;
  }): Promise<unknown>;
}

const REQUEST_MS = 10_000;
/** The group of events without a subject. */
const NO_SUBJECT = "none";
/** Size of a message. The default limit of brokers is 4 MiB. */
const MOST_BYTES = 4_000_000;

export interface RocketmqSinkOptions extends Encoding {
  readonly entry: RocketmqEntry;
  readonly secretKey?: Secret;
  readonly wants: Sink["wants"];
}

/**
 * A subject is a message group, whose order a FIFO topic keeps. The code is the tag, and the event's id is
 * the key. Throws CannotStart if the library is not installed.
 */
export async function createRocketmqSink(options: RocketmqSinkOptions, load = loadLibrary): Promise<Sink> {
  const { entry, secretKey, wants } = options;
  const { name, endpoint, topic, tls, accessKey } = entry;
  const { Producer } = await load<RocketmqLibrary>("rocketmq-client-nodejs", "1.0.8", name);
  if (typeof Producer !== "function")
    throw new CannotStart([
      `FEED_FILE: the package rocketmq-client-nodejs that sink ${name} needs is another one`,
    ]);
  const connection = createConnection<Producer>(() => {
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
      // The client's own logger writes a file in the home folder.
      logger: silentLogger,
    });
    return { producer, begin: () => producer.startup(), end: () => endWhole(producer) };
  });

  return {
    name,
    wants,
    async send(events, signal) {
      let delivered = 0;
      try {
        await connection.use(async (producer) => {
          // The client sends one message at a time. The order in a group is that of its calls.
          const { sent, failure } = await sendInLanes(events, async (each) => {
            signal.throwIfAborted();
            await producer.send({
              topic,
              tag: each.event.code,
              keys: [each.event.id],
              messageGroup: each.event.subject?.id ?? NO_SUBJECT,
              body: Buffer.from(cloudEventText(each, options, MOST_BYTES)),
            });
          });
          delivered = sent;
          if (failure) throw failure.error;
        }, signal);
      } catch (cause) {
        throw new SinkFailed(answerOf(cause), { delivered, cause });
      }
    },
    close: connection.close,
  };
}

/**
 * Without an answer the client's own shutdown stops early: a timer stays, and a stream that it opens again
 * every second without end. So streams that it opens from now on lead nowhere, and its connections are always
 * closed.
 */
async function endWhole(producer: Producer): Promise<void> {
  producer.createTelemetryStream = () =>
    new Duplex({ objectMode: true, read() {}, write: (_chunk, _encoding, done) => done() });
  try {
    await producer.shutdown();
  } finally {
    producer.getRpcClientManager().close();
  }
}
