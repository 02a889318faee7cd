import { silentLogger } from "../../../src/core/logger.ts";
import { type PreflightDeps, preflight } from "../../../src/reconcile/preflight.ts";
import { type Problem, TargetUnavailable } from "../../../src/reconcile/target.ts";
import { createManualClock } from "../simulator/manual-clock.ts";

const lacking: Problem = { code: "qyapi_write", text: "the app lacks the permission qyapi_write", remedy: "grant qyapi_write" };
const away = new TargetUnavailable("dingtalk does not answer", { answer: "ECONNREFUSED", reasonCode: "unreachable" });
const GOES_ON = 'goes on after "not ready: "';
const REASON = "not ready: qyapi_write: the app lacks the permission qyapi_write; grant qyapi_write";

/** What the checks find, one after the other; the last one stays. */
function look(...findings: readonly (readonly Problem[] | Error)[]) {
  const clock = createManualClock();
  const happened: string[] = [];
  const stopping = new AbortController();
  let at = 0;
  const deps: PreflightDeps = {
    clock,
    logger: { ...silentLogger, error: (_fields, text) => happened.push(text) },
    target: {
      name: "dingtalk",
      async check() {
        const found = findings[Math.min(at++, findings.length - 1)]!;
        if (found instanceof Error) throw found;
        return found;
      },
    },
    store: {
      pause: async (ms, reason) => void happened.push(`rests ${ms / 1_000} s: ${reason}`),
      liftPause: async (beginning) => void happened.push(`goes on after "${beginning}"`),
    },
  };
  let ended = false;
  const end = preflight(deps, stopping.signal).finally(() => {
    ended = true;
  });
  return { clock, happened, end, stopping, looks: () => at, ended: () => ended };
}

const SAID = "the target is not ready: nothing is sent until this is mended";

test("a target that lacks nothing is used at once, whatever the process before found", async () => {
  const { end, happened } = look([]);
  await end;
  expect(happened).toEqual([GOES_ON]);
});

test("a target that lacks something rests, longer than until the next look, and is used when it is mended", async () => {
  const { clock, end, happened, looks, ended } = look([lacking], [lacking], []);
  await clock.advance(0);
  await clock.advance(59_000);
  expect([looks(), ended()]).toEqual([1, false]);
  await clock.advance(1_000);
  expect([looks(), ended()]).toEqual([2, false]);
  await clock.advance(60_000);
  await end;
  expect(happened).toEqual([SAID, `rests 90 s: ${REASON}`, SAID, `rests 90 s: ${REASON}`, GOES_ON]);
});

test("a target that does not answer is left to the patience of the loop", async () => {
  const { end, happened } = look(away);
  await end;
  expect(happened).toEqual([GOES_ON]);
});

test("a mistake of ours is not taken for a target that works", async () => {
  await expect(look(new TypeError("x is not a function")).end).rejects.toThrow("x is not a function");
});

test("stopping ends the wait, and the rest stays", async () => {
  const { clock, end, happened, stopping } = look([lacking]);
  await clock.advance(0);
  stopping.abort();
  await end;
  expect(happened).toEqual([SAID, `rests 90 s: ${REASON}`]);
});

test("a check that is broken off by stopping finds nothing", async () => {
  const stopping = new AbortController();
  const happened: string[] = [];
  await preflight(
    {
      clock: createManualClock(),
      logger: silentLogger,
      target: {
        name: "dingtalk",
        async check() {
          stopping.abort();
          return [lacking];
        },
      },
      store: { pause: async (_ms, reason) => void happened.push(reason), liftPause: async (reason) => void happened.push(reason) },
    },
    stopping.signal,
  );
  expect(happened).toEqual([]);
});
