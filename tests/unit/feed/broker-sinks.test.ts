import { systemClock } from "../../../src/core/clock.ts";
import type { NumberedEvent } from "../../../src/feed/ports.ts";
import { createKafkaSink } from "../../../src/feed/sinks/kafka.ts";
import { createRocketmqSink } from "../../../src/feed/sinks/rocketmq.ts";
import type { Sink } from "../../../src/feed/sinks/sink.ts";
import { type Broker, createKafkaBroker, createRocketmqBroker } from "../../support/network/brokers.ts";

/*
 * What brokers do that was learned from real ones: they refuse what is too large, hang, and their libraries
 * hide why, and leave things open.
 */

const common = { source: "https://scim.example.com", personal: true, wants: () => true };
const KINDS: Readonly<Record<string, { create(): Broker; open(broker: Broker): Promise<Sink> }>> = {
  kafka: {
    create: createKafkaBroker,
    open: ({ load }) =>
      createKafkaSink(
        {
          ...common,
          entry: {
            kind: "kafka",
            name: "lake",
            brokers: ["b:9092"],
            topic: "t",
            tls: false,
            mechanism: "plain",
            personal: true,
          },
        },
        load,
      ),
  },
  rocketmq: {
    create: createRocketmqBroker,
    open: ({ load }) =>
      createRocketmqSink(
        {
          ...common,
          entry: { kind: "rocketmq", name: "mq", endpoint: "b:8081", topic: "t", tls: false, personal: true },
        },
        load,
      ),
  },
};
const kinds = Object.keys(KINDS);

async function openSink(kind: string): Promise<{ broker: Broker; sink: Sink }> {
  const broker = KINDS[kind]!.create();
  return { broker, sink: await KINDS[kind]!.open(broker) };
}

const eventOf = (position: number, bytes = 0): NumberedEvent => ({
  position,
  event: {
    id: `event-${position}`,
    at: systemClock.now(),
    code: "user.updated",
    actor: "worker",
    causes: [],
    subject: { kind: "user", id: `person-${position % 3}` },
    changes: { title: { before: "x".repeat(bytes), after: "y" } },
  },
});
const events = (count: number, bytes?: number): readonly NumberedEvent[] =>
  Array.from({ length: count }, (_, n) => eventOf(n + 1, bytes));
const soon = (): AbortSignal => AbortSignal.timeout(50);
const long = (): AbortSignal => AbortSignal.timeout(10_000);
const ids = ({ messages }: Broker): readonly string[] => messages.map(({ event }) => event.id);

test("kafka: a batch that is larger than a broker takes comes in parts", async () => {
  const { broker, sink } = await openSink("kafka");
  await sink.send(events(200, 9_000), long());
  expect(ids(broker)).toEqual(events(200).map(({ event }) => event.id));
});

test("kafka: a topic that takes less than others is learned", async () => {
  const { broker, sink } = await openSink("kafka");
  broker.mostBytes = 100_000;
  await sink.send(events(100, 9_000), long());
  expect(ids(broker)).toEqual(events(100).map(({ event }) => event.id));
});

test("kafka: what was taken before a failure is not sent again", async () => {
  const { broker, sink } = await openSink("kafka");
  broker.losesOneIn = 2;
  await expect(sink.send(events(300, 9_000), long())).rejects.toMatchObject({
    answer: "KafkaJSRequestTimeoutError",
    delivered: 104,
  });
  expect(broker.messages).toHaveLength(208);
});

test.each(kinds)(
  "%s: one event that is too large comes without its values, and holds up nothing",
  async (kind) => {
    const { broker, sink } = await openSink(kind);
    await sink.send([eventOf(1, 5_000_000), eventOf(2)], long());
    const [first, second] = broker.messages.map(({ event }) => event);
    expect(first).toMatchObject({
      id: "event-1",
      data: { code: "user.updated", attributes: ["title"], shortened: true },
    });
    expect(first!.data).not.toHaveProperty("changes");
    expect(second!.data).toMatchObject({ changes: { title: { after: "y" } } });
    expect(second!.data).not.toHaveProperty("shortened");
  },
);

test.each([
  ["kafka", "ECONNREFUSED"],
  ["rocketmq", "code-14"],
])("%s: it says why, not that it was tried often", async (kind, answer) => {
  const { broker, sink } = await openSink(kind);
  broker.state = "away";
  await expect(sink.send(events(1), long())).rejects.toMatchObject({
    code: "SINK_FAILED",
    answer,
    delivered: 0,
  });
});

test.each(kinds)("%s: a broker that answers nothing holds up nobody", async (kind) => {
  const { broker, sink } = await openSink(kind);
  broker.state = "frozen";
  await expect(sink.send(events(1), soon())).rejects.toMatchObject({
    code: "SINK_FAILED",
    answer: "timeout",
  });
  broker.state = "there";
  await sink.send(events(3), long());
  expect(ids(broker).slice(-3).sort()).toEqual(["event-1", "event-2", "event-3"]);
});

test.each(kinds)("%s: nothing stays open of what failed", async (kind) => {
  const { broker, sink } = await openSink(kind);
  for (let round = 0; round < 5; round++) {
    await sink.send(events(3), long());
    broker.state = "away";
    await expect(sink.send(events(3), long())).rejects.toThrow();
    await expect(sink.send(events(3), long())).rejects.toThrow();
    broker.state = "there";
  }
  await sink.send(events(3), long());
  await sink.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(broker.open).toBe(0);
});

test("rocketmq: the events of one person are sent one after the other", async () => {
  const { broker, sink } = await openSink("rocketmq");
  await sink.send(events(60), long());
  for (const person of ["person-0", "person-1", "person-2"]) {
    const sequences = broker.messages.filter(({ key }) => key === person).map(({ event }) => event.sequence);
    expect(sequences).toHaveLength(20);
    expect(sequences).toEqual([...sequences].sort());
  }
});
