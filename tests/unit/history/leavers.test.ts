import { uuidv7 } from "../../../src/core/id.ts";
import type { EventCode, HistoryEvent, Outcome } from "../../../src/history/event.ts";
import { type Leaver, leavings } from "../../../src/history/leavers.ts";

const ID = "019ab2c4-5d6e-7f80-9123-456789abcdef";
const T0 = Date.parse("2026-07-01T08:00:00.000Z");

/**
 * Events at minutes, in their order. `sent 2 remove done` is an outcome, its call sent half a minute before.
 */
function story(...lines: readonly string[]): readonly HistoryEvent[] {
  return lines.flatMap((line) => {
    const [what = "", minute = "0", action = "", outcome = "done"] = line.split(" ");
    const at = new Date(T0 + Number(minute) * 60_000);
    const event = (code: EventCode, more: Partial<HistoryEvent> = {}): HistoryEvent => ({
      id: uuidv7(at.getTime()),
      at,
      code,
      actor: "worker",
      causes: [],
      subject: { kind: "user", id: ID },
      ...more,
    });
    if (what !== "sent")
      return [
        event(what as EventCode, { detail: { receivedAt: new Date(at.getTime() - 1_000).toISOString() } }),
      ];
    const intent = event("target.intent", { detail: { action } });
    const calls = [
      { api: "/x", code: "ok", durationMs: 1, at: new Date(at.getTime() - 30_000).toISOString() },
    ];
    return [
      intent,
      event("target.outcome", {
        id: uuidv7(at.getTime() + 1),
        causes: [intent.id],
        outcome: outcome as Outcome,
        detail: { action, calls },
      }),
    ];
  });
}

type Told = readonly [Leaver["state"], number | null, boolean | null];
test.each<[string, readonly string[], number, readonly Told[]]>([
  [
    "out in time",
    ["user.created 0", "sent 1 create", "user.deactivated 10", "sent 12 remove"],
    100,
    [["out", 2, true]],
  ],
  ["out late", ["sent 1 create", "user.deactivated 10", "sent 90 remove"], 100, [["out", 80, false]]],
  ["switched off", ["sent 1 create", "user.deactivated 10", "sent 12 suspend"], 100, [["out", 2, true]]],
  ["deleted at once", ["sent 1 create", "user.deleted 10", "sent 12 remove"], 100, [["out", 2, true]]],
  [
    "deactivated, then deleted: one leaver",
    ["sent 1 create", "user.deactivated 10", "sent 12 remove", "user.deleted 20"],
    100,
    [["out", 2, true]],
  ],
  [
    "deactivated and deleted before it is done",
    ["sent 1 create", "user.deactivated 10", "user.deleted 11", "sent 12 remove"],
    100,
    [["out", 2, true]],
  ],
  ["open, and not late yet", ["sent 1 create", "user.deactivated 10"], 60, [["open", null, null]]],
  ["open, and late", ["sent 1 create", "user.deactivated 10"], 100, [["open", null, false]]],
  [
    "refused is not out",
    ["sent 1 create", "user.deactivated 10", "sent 12 remove refused"],
    60,
    [["open", null, null]],
  ],
  [
    "back before it was done",
    ["sent 1 create", "user.deactivated 10", "user.activated 11", "sent 12 update"],
    100,
    [["returned", null, null]],
  ],
  [
    "back, but after the limit",
    ["sent 1 create", "user.deactivated 10", "sent 12 remove refused", "user.activated 80"],
    100,
    [["returned", null, false]],
  ],
  [
    "switched off, then deleted: one leaver",
    ["sent 1 create", "user.deactivated 10", "sent 12 suspend", "user.deleted 20"],
    100,
    [["out", 2, true]],
  ],
  [
    "active again and deleted, before the target heard of it",
    ["sent 1 create", "user.deactivated 10", "sent 12 suspend", "user.activated 20", "user.deleted 21"],
    100,
    [["out", 2, true]],
  ],
  [
    "back at the target, and deleted",
    [
      "sent 1 create",
      "user.deactivated 10",
      "sent 12 suspend",
      "user.activated 20",
      "sent 21 resume",
      "user.deleted 22",
      "sent 23 remove",
    ],
    100,
    [
      ["out", 2, true],
      ["out", 1, true],
    ],
  ],
  [
    "refused at the target and never there",
    ["user.created 0", "sent 1 create refused", "user.deactivated 10"],
    100,
    [["neverThere", null, null]],
  ],
  [
    "of whom a create was never answered",
    ["user.created 0", "sent 1 create unknown", "user.deactivated 10"],
    100,
    [["open", null, false]],
  ],
  ["never sent to the target", ["user.created 0", "user.deactivated 10"], 100, [["neverThere", null, null]]],
  ["adopted, never written", ["adoption.linked 1", "user.deactivated 10"], 100, [["open", null, false]]],
  [
    "twice",
    [
      "sent 1 create",
      "user.deactivated 10",
      "sent 12 remove",
      "user.activated 20",
      "sent 21 create",
      "user.deactivated 30",
      "sent 95 remove",
    ],
    100,
    [
      ["out", 2, true],
      ["out", 65, false],
    ],
  ],
  [
    "a change on its way when they left does not count",
    ["sent 1 create", "user.deactivated 10", "user.updated 11"],
    20,
    [["open", null, null]],
  ],
])("%s", (_name, lines, nowMinute, expected) => {
  const found = leavings(ID, story(...lines), 60, new Date(T0 + nowMinute * 60_000));
  // The request arrives a second before it is stored.
  expect(found.map(({ state, minutes, inTime }) => [state, minutes && Math.floor(minutes), inTime])).toEqual(
    expected,
  );
});

test("a call that began before the leaver left does not put them out", () => {
  const [intent, outcome] = story("sent 10 update");
  const [left] = story("user.deactivated 10");
  const between = { ...left!, id: uuidv7(T0 + 10 * 60_000 + 1) };
  const late = { ...outcome!, id: uuidv7(T0 + 10 * 60_000 + 2) };
  expect(leavings(ID, [intent!, between, late], 60, new Date(T0 + 20 * 60_000))).toMatchObject([
    { state: "open" },
  ]);
});

test("the four times are those of the request, the event, the first call and the answer", () => {
  const [leaver] = leavings(
    ID,
    story("sent 1 create", "user.deactivated 10", "sent 12 remove"),
    60,
    new Date(T0),
  );
  const at = (minutes: number) => new Date(T0 + minutes * 60_000);
  expect(leaver).toMatchObject({
    received: at(10 - 1 / 60),
    committed: at(10),
    sent: at(11.5),
    answered: at(12),
    minutes: 2,
  });
});
