import type { Logger } from "../../../src/core/logger.ts";
import { createLoopLog, loggingPauses } from "../../../src/reconcile/run/end/loop-log.ts";
import type { NextState } from "../../../src/reconcile/run/end/run-end.ts";

function open(perMinute?: number) {
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs };
  const lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const line = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, message, fields });
  const logger: Logger = {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
  return { clock, lines, log: createLoopLog(logger, clock, "t", perMinute) };
}
const ref = { kind: "user", id: "u1" } as const;
const CANARY = "canary-Mei-Chan";
const parked: NextState = {
  state: "parked",
  nextMs: undefined,
  attempts: 2,
  reasonCode: "mobileTaken",
  reason: CANARY,
  remedy: CANARY,
  answer: "60104",
  notes: [{ attribute: "mobile", code: "cut", text: CANARY }],
  planned: { action: "update", changes: { name: { before: CANARY } } },
  observeFirst: true,
};

test("a run that did not end in sync is one line of codes and ids, without a word of what it was about", () => {
  const { log, lines } = open();
  log.run(ref, parked, 2);
  log.run(
    ref,
    { state: "held", nextMs: undefined, attempts: 0, reasonCode: "modeObserve", observeFirst: false },
    1,
  );
  log.run(ref, { state: "inSync", nextMs: undefined, attempts: 0, observeFirst: false }, 1);
  expect(lines).toEqual([
    {
      level: "warn",
      message: "a run did not end in sync",
      fields: {
        target: "t",
        kind: "user",
        id: "u1",
        state: "parked",
        reasonCode: "mobileTaken",
        answer: "60104",
        attempt: 2,
      },
    },
    {
      level: "info",
      message: "a run did not end in sync",
      fields: expect.objectContaining({ state: "held", reasonCode: "modeObserve" }),
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain(CANARY);
});

test("lines are bounded per minute, and the next minute says how many were left out", () => {
  const { log, lines, clock } = open(3);
  for (let n = 0; n < 10; n++) log.run(ref, parked, n);
  expect(lines).toHaveLength(3);
  clock.nowMs = 59_999;
  log.flush();
  expect(lines).toHaveLength(3);
  clock.nowMs = 60_000;
  log.flush();
  log.run(ref, parked, 1);
  expect(lines.slice(3).map(({ message, fields }) => [message, fields["leftOut"]])).toEqual([
    ["more lines of runs were left out within a minute", 7],
    ["a run did not end in sync", undefined],
  ]);
});

test("many runs do not hide a pause", () => {
  const { log, lines } = open(1);
  for (let n = 0; n < 5; n++) log.run(ref, parked, n);
  log.pause("everything", { ms: 60_000, reasonCode: "notReady" });
  expect(lines.at(-1)).toEqual({
    level: "warn",
    message: "calls are paused",
    fields: { target: "t", api: "everything", ms: 60_000, reasonCode: "notReady" },
  });
});

test("a pause and its end are one line each, however often it is made longer", () => {
  const { log, lines, clock } = open();
  log.pause("/a", { ms: 1_000, answer: "90018" });
  log.pause("/a", { ms: 5_000, answer: "90018" });
  clock.nowMs = 4_999;
  log.flush();
  expect(lines).toHaveLength(1);
  clock.nowMs = 5_000;
  log.flush();
  log.flush();
  expect(lines.map(({ message }) => message)).toEqual(["calls are paused", "calls have resumed"]);
  log.pause("/a", { ms: 1_000, answer: "90018" });
  log.resume("/a");
  log.resume("/a");
  expect(lines.map(({ message }) => message)).toEqual([
    "calls are paused",
    "calls have resumed",
    "calls are paused",
    "calls have resumed",
  ]);
});

test("what the target asks for is told, and reaches the limiter", async () => {
  const { log, lines } = open();
  const asked: unknown[] = [];
  const limiter = loggingPauses(
    { take: async () => undefined, pause: async (...rest) => void asked.push(rest) },
    log,
  );
  await limiter.pause("all", 300_000, "ip-ban");
  expect(asked).toEqual([["all", 300_000, "ip-ban"]]);
  expect(lines[0]!.fields).toEqual({ target: "t", api: "all", ms: 300_000, answer: "ip-ban" });
});
