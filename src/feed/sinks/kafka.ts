import { CannotStart } from "../../core/errors.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import { CLOUD_EVENT_TYPE, cloudEventText, type Encoding } from "../cloud-event.ts";
import type { KafkaEntry } from "../file.ts";
import type { NumberedEvent } from "../ports.ts";
import { answerOf, createConnection } from "./connection.ts";
import { loadLibrary } from "./load-library.ts";
import { type Sink, SinkFailed } from "./sink.ts";

/** The used part of `kafkajs`. */
export interface KafkaLibrary {
  readonly Kafka: new (options: {
    readonly clientId: string;
    readonly brokers: readonly string[];
    readonly ssl: boolean;
    readonly sasl?: { readonly mechanism: string; readonly username: string; readonly password: string };
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly retry: { readonly retries: number };
    readonly logLevel: number;
  }) => {
    producer(options: {
      readonly idempotent: boolean;
      readonly maxInFlightRequests: number;
      readonly retry: { readonly retries: number };
    }): Producer;
  };
}

interface Producer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(record: {
    readonly topic: string;
    readonly acks: number;
    readonly messages: readonly Message[];
  }): Promise<unknown>;
}

interface Message {
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const NOTHING = 0;
const CONNECT_MS = 5_000;
const REQUEST_MS = 20_000;
/** Size of a batch. The default limit of brokers is 1 MiB (`message.max.bytes`). */
const MOST_BYTES = 1_000_000;
/** A topic with a smaller limit cannot receive events. */
const LEAST_BYTES = 10_000;
/** Key, header and framing of a message, rounded up. */
const OVERHEAD_BYTES = 200;
const TOO_LARGE = "MESSAGE_TOO_LARGE";

export interface KafkaSinkOptions extends Encoding {
  readonly entry: KafkaEntry;
  readonly password?: Secret;
  readonly wants: Sink["wants"];
}

/**
 * All events of a subject go to one partition, by their key. All in-sync replicas confirm a batch. If a batch
 * is too large for the topic, smaller ones are sent, and a single event that is too large is shortened.
 * Throws CannotStart if the library is not installed.
 */
export async function createKafkaSink(options: KafkaSinkOptions, load = loadLibrary): Promise<Sink> {
  const { entry, password, wants } = options;
  const { name, brokers, topic, tls, mechanism, username } = entry;
  const library = await load<KafkaLibrary>("kafkajs", "2.2.4", name);
  if (typeof library.Kafka !== "function")
    throw new CannotStart([`FEED_FILE: the package kafkajs that sink ${name} needs is another one`]);
  const kafka = new library.Kafka({
    clientId: "dingtalk-scim",
    brokers,
    ssl: tls,
    ...(username === undefined || password === undefined
      ? {}
      : { sasl: { mechanism, username, password: password.reveal() } }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    // The feed itself retries, and shows its retries.
    retry: { retries: 1 },
    logLevel: NOTHING,
  });
  const connection = createConnection<Producer>(() => {
    // With two requests in flight, a repeated first one could arrive after the second.
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } });
    return { producer, begin: () => producer.connect(), end: () => producer.disconnect() };
  });
  // Lowered when the topic accepts less.
  let mostBytes = MOST_BYTES;

  const messageOf = (each: NumberedEvent): Message => ({
    key: each.event.subject?.id ?? null,
    value: cloudEventText(each, options, mostBytes - OVERHEAD_BYTES),
    headers: { "content-type": CLOUD_EVENT_TYPE },
  });

  return {
    name,
    wants,
    async send(events, signal) {
      for (let delivered = 0; delivered < events.length; ) {
        const messages = fitting(events, delivered, messageOf, mostBytes);
        try {
          await connection.use(
            async (producer) => void (await producer.send({ topic, acks: -1, messages })),
            signal,
          );
        } catch (cause) {
          const answer = answerOf(cause);
          if (answer !== TOO_LARGE || mostBytes <= LEAST_BYTES)
            throw new SinkFailed(answer, { delivered, cause });
          mostBytes /= 2;
          continue;
        }
        delivered += messages.length;
      }
    },
    close: connection.close,
  };
}

/**
 * The next events for one batch. A partition accepts a batch completely or not at all, and all events may be
 * for one partition.
 */
function fitting(
  events: readonly NumberedEvent[],
  from: number,
  messageOf: (event: NumberedEvent) => Message,
  mostBytes: number,
): readonly Message[] {
  const messages: Message[] = [];
  let bytes = 0;
  for (const event of events.slice(from)) {
    const message = messageOf(event);
    bytes += Buffer.byteLength(message.value) + OVERHEAD_BYTES;
    if (messages.length > 0 && bytes > mostBytes) break;
    messages.push(message);
  }
  return messages;
}
