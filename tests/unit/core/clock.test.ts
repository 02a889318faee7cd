import { sleepUnlessAborted, systemClock } from "../../../src/core/clock.ts";

const HOUR_MS = 3_600_000;

test.each([
  ["before", (abort: () => void) => abort()],
  ["during", (abort: () => void) => void setImmediate(abort)],
])("a sleep whose signal is aborted %s it ends at once", async (_name, end) => {
  const stopping = new AbortController();
  end(() => stopping.abort(new Error("the server is stopping")));
  await expect(sleepUnlessAborted(systemClock, HOUR_MS, stopping.signal)).resolves.toBeUndefined();
});

test("another failure of a sleep is an error", async () => {
  const broken = { sleep: () => Promise.reject(new Error("no timer")) };
  await expect(sleepUnlessAborted(broken, HOUR_MS, new AbortController().signal)).rejects.toThrow("no timer");
});
