import type { OrganisationEvent } from "../../../src/simulator/events/outbox.ts";
import {
  ACK_MS,
  createRedelivery,
  MOST_DELIVERIES,
  REDELIVERY_MS,
} from "../../../src/simulator/events/redelivery.ts";
import { createManualClock } from "./manual-clock.ts";

const event = (eventId: string): OrganisationEvent => ({
  eventId,
  eventType: "user_add_org",
  bornMs: 0,
  corpId: "c",
  data: {},
});

function setUp() {
  const clock = createManualClock();
  const line = { open: true, sent: [] as string[] };
  const redelivery = createRedelivery(clock, ({ eventId }) => {
    if (!line.open) return undefined;
    line.sent.push(eventId);
    return `m${line.sent.length}`;
  });
  return { clock, line, redelivery };
}

describe("10.2 delivery at least once", () => {
  test("an answered message is not sent again", async () => {
    const { clock, line, redelivery } = setUp();
    redelivery.deliver(event("a"));
    redelivery.acknowledge("m1", "SUCCESS");
    await clock.advance(10 * REDELIVERY_MS);
    expect(line.sent).toEqual(["a"]);
  });

  test("a message without an answer for 3 s is sent again a minute later with the same id, up to a maximum", async () => {
    const { clock, line, redelivery } = setUp();
    redelivery.deliver(event("a"));
    await clock.advance(ACK_MS + REDELIVERY_MS - 1);
    expect(line.sent).toEqual(["a"]);
    await clock.advance(1);
    expect(line.sent).toEqual(["a", "a"]);
    await clock.advance(100 * REDELIVERY_MS);
    expect(line.sent).toHaveLength(MOST_DELIVERIES);
  });

  test("LATER repeats the message after a minute; a late answer has no effect", async () => {
    const { clock, line, redelivery } = setUp();
    redelivery.deliver(event("a"));
    redelivery.acknowledge("m1", "LATER");
    await clock.advance(REDELIVERY_MS);
    expect(line.sent).toEqual(["a", "a"]);
    await clock.advance(ACK_MS);
    redelivery.acknowledge("m2", "SUCCESS");
    await clock.advance(REDELIVERY_MS);
    expect(line.sent).toHaveLength(3);
  });

  test("without a client an event waits; forget drops it", async () => {
    const { clock, line, redelivery } = setUp();
    line.open = false;
    redelivery.deliver(event("a"));
    line.open = true;
    await clock.advance(REDELIVERY_MS);
    expect(line.sent).toEqual(["a"]);
    redelivery.forget();
    await clock.advance(10 * REDELIVERY_MS);
    expect(line.sent).toEqual(["a"]);
  });

  test("an event that is sent again while it waits does not delay the others", async () => {
    const { clock, line, redelivery } = setUp();
    line.open = false;
    redelivery.deliver(event("a"));
    redelivery.deliver(event("b"));
    await clock.advance(REDELIVERY_MS / 2);
    redelivery.deliver(event("a"));
    line.open = true;
    await clock.advance(REDELIVERY_MS / 2);
    expect(line.sent).toEqual(["b"]);
    await clock.advance(REDELIVERY_MS / 2);
    expect(line.sent).toEqual(["b", "a"]);
  });
});
