import { CannotStart } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { CLOUD_EVENT_TYPE, cloudEventOf, type Encoding } from "../cloud-event.ts";
import type { KafkaEntry } from "../file.ts";
import { loadLibrary } from "./load-library.ts";
import { type Sink, SinkFailed } from "./sink.ts";

/** What is used of `kafkajs`. */
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
  send(record: { readonly topic: string; readonly acks: number; readonly messages: readonly Message[] }): Promise<unknown>;
}

interface Message {
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const NOTHING = 0;
const CONNECT_MS = 5_000;
const REQUEST_MS = 20_000;

export interface KafkaSinkOptions extends Encoding {
  readonly entry: KafkaEntry;
  readonly password?: Secret;
  readonly wants: Sink["wants"];
}

/** All events of a subject go to one partition, by their key. All replicas that are in sync confirm a batch. Throws CannotStart where the library is not installed. */
export async function createKafkaSink(options: KafkaSinkOptions, load = loadLibrary): Promise<Sink> {
  const { entry, password, wants } = options;
  const { name, brokers, topic, tls, mechanism, username } = entry;
  const library = await load<KafkaLibrary>("kafkajs", "2.2.4", name);
  if (typeof library.Kafka !== "function") throw new CannotStart([`FEED_FILE: the package kafkajs that sink ${name} needs is another one`]);
  const kafka = new library.Kafka({
    clientId: "dingtalk-scim",
    brokers,
    ssl: tls,
    ...(username === undefined || password === undefined ? {} : { sasl: { mechanism, username, password: password.reveal() } }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    // The feed tries again, and shows that it does.
    retry: { retries: 1 },
    logLevel: NOTHING,
  });
  let connected: Promise<Producer> | undefined;

  async function connect(): Promise<Producer> {
    // Two requests on their way could change places when the first is repeated.
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } });
    await producer.connect();
    return producer;
  }

  async function close(): Promise<void> {
    const producer = await connected?.catch(() => undefined);
    connected = undefined;
    await producer?.disconnect();
  }

  return {
    name,
    wants,
    async send(events) {
      try {
        connected ??= connect();
        const producer = await connected;
        await producer.send({
          topic,
          acks: -1,
          messages: events.map((each) => ({
            key: each.event.subject?.id ?? null,
            value: JSON.stringify(cloudEventOf(each, options)),
            headers: { "content-type": CLOUD_EVENT_TYPE },
          })),
        });
      } catch (cause) {
        // A producer that failed once is not relied on.
        await close().catch(() => undefined);
        throw new SinkFailed(answerOf(cause), { cause });
      }
    },
    close,
  };
}

/** Names of errors of the protocol and the network, never what they say. */
function answerOf(error: unknown): string {
  const { type, code, name } = error as { type?: unknown; code?: unknown; name?: unknown };
  for (const known of [type, code, name]) if (typeof known === "string" && /^[\w-]{1,60}$/.test(known)) return known;
  return "failed";
}
