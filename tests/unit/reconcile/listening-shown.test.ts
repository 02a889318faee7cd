import type { Clock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { listenToTarget } from "../../../src/reconcile/hints/listen.ts";
import type { HintStore } from "../../../src/reconcile/hints/ports.ts";
import type { HintListener } from "../../../src/reconcile/target-hints.ts";

/** Until it is aborted: time does not pass here. */
async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (!signal!.aborted) await new Promise((resolve) => signal!.addEventListener("abort", resolve));
  signal!.throwIfAborted();
}
const clock: Clock = {
  now: () => new Date(0),
  monotonicMs: () => 0,
  sleep: (_ms, signal) => aborted(signal),
};

test("a connection that comes to stand while its state is being written down is shown at once, not with the next sign of life", async () => {
  const stopping = new AbortController();
  const shown: string[] = [];
  let listener: HintListener | undefined;
  const store: Partial<HintStore> = {
    takePlace: async () => ({
      lost: new AbortController().signal,
      check: async () => undefined,
      leave: async () => undefined,
    }),
    async showListening({ state }) {
      shown.push(state);
      if (state === "connecting") listener!.state({ kind: "listening" });
      else stopping.abort();
    },
    forgetHints: async () => undefined,
    coverage: async () => ({ heard: 0, missed: 0, comparedMs: undefined }),
    openHints: async () => [],
  };
  const listen = (heard: HintListener, signal: AbortSignal): Promise<void> => {
    listener = heard;
    return aborted(signal).catch(() => undefined);
  };
  const target = { name: "dingtalk", listen };
  const deps = {
    store: store as HintStore,
    target,
    clock,
    logger: silentLogger,
    wake: () => undefined,
    relink: async () => false,
    compare: async () => undefined,
  };
  await listenToTarget(deps, stopping.signal);
  expect(shown).toEqual(["connecting", "listening"]);
}, 5_000);
