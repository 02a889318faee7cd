import { Duplex } from "node:stream";
import type { CloudEvent } from "../../../src/feed/cloud-event.ts";
import type { KafkaLibrary } from "../../../src/feed/sinks/kafka.ts";
import type { loadLibrary } from "../../../src/feed/sinks/load-library.ts";
import type { RocketmqLibrary } from "../../../src/feed/sinks/rocketmq.ts";

/*
 * Brokers in memory with the interfaces of the client libraries. They behave as observed with real brokers:
 * Kafka 4.4.0 with kafkajs 2.2.4, and RocketMQ
 * 5.4.0 and its proxy with rocketmq-client-nodejs 1.0.8 (docs/feed.md).
 */

export interface Taken {
  readonly key: string | null;
  readonly event: CloudEvent;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Broker {
  readonly messages: Taken[];
  /** `away`: refuses connections. `frozen`: accepts connections and answers nothing. */
  state: "there" | "away" | "frozen";
  /** Maximum size of a batch or message in bytes. */
  mostBytes: number;
  /** Kafka only: the answer to every n-th accepted batch is lost. */
  losesOneIn: number;
  /** Number of open connections, timers and streams of clients. */
  open: number;
  readonly load: typeof loadLibrary;
}

type Rules = Omit<Broker, "load">;

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });
const never = (): Promise<never> => new Promise<never>(() => undefined);
const loads =
  (library: object): typeof loadLibrary =>
  async <Library>() =>
    library as Library;

/** The error of kafkajs after its own retries. The reason is in `cause`. */
function retried(cause: Error): Error {
  return Object.assign(new Error(cause.message, { cause }), { name: "KafkaJSNumberOfRetriesExceeded" });
}

const BATCH_OVERHEAD_BYTES = 61;
const MESSAGE_OVERHEAD_BYTES = 70;

/**
 * Accepts or refuses a batch as a whole. All messages of one `send` go to one partition, which is the worst
 * case.
 */
export function createKafkaBroker(): Broker {
  const rules: Rules = {
    messages: [],
    state: "there",
    mostBytes: 1_048_588,
    losesOneIn: Number.POSITIVE_INFINITY,
    open: 0,
  };
  let batches = 0;
  const reach = async (): Promise<void> => {
    if (rules.state === "frozen") await never();
    if (rules.state === "away")
      throw retried(named("KafkaJSConnectionError", "Connection error: connect", { code: "ECONNREFUSED" }));
  };
  const Kafka: KafkaLibrary["Kafka"] = class {
    producer() {
      let isOpen = false;
      return {
        async connect() {
          isOpen = true;
          rules.open += 1;
          // kafkajs keeps the socket open, even if the broker refuses the first request on it.
          await reach();
        },
        async disconnect() {
          if (isOpen) rules.open -= 1;
          isOpen = false;
        },
        async send({
          messages,
        }: Parameters<ReturnType<InstanceType<KafkaLibrary["Kafka"]>["producer"]>["send"]>[0]) {
          await reach();
          const bytes = messages.reduce(
            (sum, { value }) => sum + Buffer.byteLength(value) + MESSAGE_OVERHEAD_BYTES,
            BATCH_OVERHEAD_BYTES,
          );
          if (bytes > rules.mostBytes)
            throw named("KafkaJSProtocolError", "too large", { type: "MESSAGE_TOO_LARGE", code: 10 });
          for (const { key, value, headers } of messages)
            rules.messages.push({ key, event: JSON.parse(value), headers });
          batches += 1;
          if (batches % rules.losesOneIn === 0) throw retried(named("KafkaJSRequestTimeoutError", "late"));
        },
      };
    }
  };
  return Object.assign(rules, { load: loads({ Kafka }) });
}

/** A topic of the type FIFO. */
export function createRocketmqBroker(): Broker {
  const rules: Rules = {
    messages: [],
    state: "there",
    mostBytes: 4_194_304,
    losesOneIn: Number.POSITIVE_INFINITY,
    open: 0,
  };
  const reach = (): void => {
    if (rules.state === "away")
      throw named("Error", "14 UNAVAILABLE: No connection established", { code: 14 });
  };
  const Producer: RocketmqLibrary["Producer"] = class {
    #timer = true;
    #stream: Duplex | undefined;
    #isRunning = false;

    constructor() {
      rules.open += 1;
    }

    createTelemetryStream(): Duplex {
      rules.open += 1;
      const stream = new Duplex({ objectMode: true, read() {}, write: (_chunk, _encoding, done) => done() });
      stream.once("close", () => {
        rules.open -= 1;
      });
      return stream;
    }

    async startup(): Promise<void> {
      try {
        reach();
      } catch (cause) {
        const routes = new Error("Failed to fetch topic routes after 3 attempts", { cause });
        throw Object.assign(new Error(`Startup the rocketmq client failed, error=${routes}`), {
          cause: routes,
        });
      }
      this.#stream = this.createTelemetryStream();
      // The library waits for the settings of the proxy without a time limit.
      if (rules.state === "frozen") await never();
      this.#isRunning = true;
    }

    async send({
      body,
      keys,
      messageGroup,
    }: Parameters<InstanceType<RocketmqLibrary["Producer"]>["send"]>[0]): Promise<void> {
      if (!this.#isRunning) throw new Error("Producer is not running now");
      if (body.length > rules.mostBytes)
        throw new TypeError(`Message body size exceeds the threshold, max size=${rules.mostBytes} bytes`);
      await new Promise((resolve) => setImmediate(resolve));
      if (rules.state === "frozen") throw named("Error", "4 DEADLINE_EXCEEDED", { code: 4 });
      reach();
      const event: CloudEvent = JSON.parse(body.toString());
      rules.messages.push({ key: messageGroup, event, headers: { keys: keys.join(" ") } });
    }

    async shutdown(): Promise<void> {
      this.#isRunning = false;
      // The library opens a broken stream again after a short time.
      if (rules.state === "away" && this.#stream)
        this.#stream = this.#stream.destroy() && this.createTelemetryStream();
      // If the library cannot reach the proxy, it skips the rest of the shutdown.
      if (this.#stream) reach();
      this.#stream?.destroy();
      this.getRpcClientManager().close();
    }

    getRpcClientManager() {
      return {
        close: () => {
          if (this.#timer) rules.open -= 1;
          this.#timer = false;
        },
      };
    }
  };
  return Object.assign(rules, { load: loads({ Producer }) });
}
