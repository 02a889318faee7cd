import { silentLogger } from "../../../src/core/logger.ts";
import { type PreflightDeps, pauseText, preflight } from "../../../src/reconcile/process/preflight.ts";
import { createProcessPause } from "../../../src/reconcile/process/presence.ts";
import type { Problem } from "../../../src/reconcile/target.ts";
import { TargetUnavailable } from "../../../src/reconcile/target-failures.ts";
import { createManualClock } from "../simulator/manual-clock.ts";

const problem = (concerns: Problem["concerns"], code = "qyapi_write"): Problem => ({
  code,
  concerns,
  text: "the text",
  remedy: "the remedy",
});
const lacking = problem("everybody");
const away = new TargetUnavailable("dingtalk does not answer", {
  answer: "ECONNREFUSED",
  reasonCode: "unreachable",
});
const RESTS = "everything rests 35 s: notReady: not ready: qyapi_write: the text; the remedy";
const SAID = "the target is not ready; nothing is sent until this is fixed";
const SAID_ALONE =
  "this process is not ready and is paused; other processes continue; checking again until this is fixed";

/** What the checks find, one after the other; the last one stays. */
function look(findings: readonly (readonly Problem[] | Error)[], others = false) {
  const clock = createManualClock();
  const happened: string[] = [];
  const stopping = new AbortController();
  let at = 0;
  const deps: PreflightDeps = {
    clock,
    logger: { ...silentLogger, error: (_fields, text) => happened.push(text) },
    rest: createProcessPause(clock),
    presence: {
      id: "this",
      show: async (state) => void happened.push(state),
      othersWork: async () => others,
      leave: async () => undefined,
    },
    target: {
      name: "dingtalk",
      async check() {
        const found = findings[Math.min(at++, findings.length - 1)]!;
        if (found instanceof Error) throw found;
        return found;
      },
    },
    store: {
      pause: async (ms, reason, code, problems) =>
        void happened.push(
          `everything rests ${ms / 1_000} s: ${code}: ${pauseText({ reason, ...(problems ? { problems } : {}) })}`,
        ),
      liftPause: async () => void happened.push("everything goes on"),
      paused: async () => undefined,
      mayCheck: async () => true,
    },
  };
  let ended = false;
  const end = preflight(deps, stopping.signal).finally(() => {
    ended = true;
  });
  return { clock, happened, end, stopping, looks: () => at, ended: () => ended };
}

test("a target that lacks nothing is used at once, whatever the process before found", async () => {
  const { end, happened } = look([[]]);
  await end;
  expect(happened).toEqual(["checking", "everything goes on", "working"]);
});

test("what is wrong for all makes everything rest, longer than until the next look, is said once, and ends when it is mended", async () => {
  const { clock, end, happened, looks, ended } = look([[lacking], [lacking], []]);
  await clock.advance(0);
  await clock.advance(4_000);
  expect([looks(), ended()]).toEqual([1, false]);
  await clock.advance(1_000);
  expect([looks(), ended()]).toEqual([2, false]);
  await clock.advance(5_000);
  await end;
  expect(happened).toEqual([
    "checking",
    SAID,
    RESTS,
    "resting",
    RESTS,
    "resting",
    "everything goes on",
    "working",
  ]);
});

test.each<[string, Problem["concerns"], boolean]>([
  ["its clock or its address", "process", false],
  ["credentials that others do not have, and they work", "settings", true],
])("what is wrong with this process alone makes it rest alone: %s", async (_name, concerns, others) => {
  const { clock, end, happened } = look([[problem(concerns)], []], others);
  await clock.advance(0);
  await clock.advance(5_000);
  await end;
  expect(happened).toEqual(["checking", SAID_ALONE, "resting", "everything goes on", "working"]);
});

test("wrong credentials make everything rest where nobody works with others", async () => {
  const { clock, end, happened } = look([[problem("settings")], []]);
  await clock.advance(0);
  await clock.advance(5_000);
  await end;
  expect(happened).toContain(RESTS);
});

test("of both, the pause names only what is wrong for all", async () => {
  const { clock, end, happened } = look([[problem("process", "clock"), lacking], []]);
  await clock.advance(0);
  await clock.advance(5_000);
  await end;
  expect(happened).toContain(RESTS);
});

test.each<[string, readonly Problem[] | Error]>([
  ["an answer that passes", [problem("moment")]],
  ["several of them", [problem("moment"), problem("moment", "-1")]],
  ["no answer", away],
])("%s is no finding: the loop has its own patience, and what others found is left", async (_name, found) => {
  const { end, happened } = look([found]);
  await end;
  expect(happened).toEqual(["checking", "working"]);
});

test("advice keeps nobody from working", async () => {
  const { end, happened } = look([[{ ...problem("everybody"), isAdvice: true }]]);
  await end;
  expect(happened).toEqual(["checking", "everything goes on", "working"]);
});

test("a mistake of ours is not taken for a target that works", async () => {
  await expect(look([new TypeError("x is not a function")]).end).rejects.toThrow("x is not a function");
});

test("stopping ends the wait, and the rest stays", async () => {
  const { clock, end, happened, stopping } = look([[lacking]]);
  await clock.advance(0);
  stopping.abort();
  await end;
  expect(happened).toEqual(["checking", SAID, RESTS, "resting"]);
});

test("a check that is broken off by stopping finds nothing", async () => {
  const { end, happened, stopping } = look([[lacking]]);
  stopping.abort();
  await end;
  expect(happened).toEqual(["checking"]);
});
