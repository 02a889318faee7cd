import type { Clock } from "../../../src/core/clock.ts";
import { batched } from "../../../src/store/postgres/batch.ts";

/** Runs that end when the test says so. */
function runs<Item>() {
  const started: {
    readonly items: readonly Item[];
    readonly end: () => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const run = (items: readonly Item[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      started.push({ items, end: () => resolve(items.map((item) => `done ${item}`)), fail: reject });
    });
  return { started, run };
}

/** Long enough for whatever is scheduled for the next turn of the event loop to be under way. */
async function turn(): Promise<void> {
  for (let at = 0; at < 5; at++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock whose sleepers are woken by the test. */
function sleepingClock(): { readonly clock: Clock; readonly wake: () => void } {
  let sleepers: (() => void)[] = [];
  const clock: Clock = {
    now: () => new Date(0),
    monotonicMs: () => 0,
    sleep: () => new Promise((resolve) => sleepers.push(resolve)),
  };
  return {
    clock,
    wake() {
      const woken = sleepers;
      sleepers = [];
      for (const wake of woken) wake();
    },
  };
}

test("what arrives in one turn leaves together, and everybody gets the own answer", async () => {
  const { started, run } = runs<number>();
  const call = batched(run);
  const answers = Promise.all([call(1), call(2), call(3)]);
  await turn();
  expect(started.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  started[0]!.end();
  expect(await answers).toEqual(["done 1", "done 2", "done 3"]);
});

test("what arrives while a batch is on its way goes with the next one, at most `limit` of it", async () => {
  const { started, run } = runs<number>();
  const call = batched(run, { limit: 2 });
  const calls = [call(1)];
  await turn();
  calls.push(call(2), call(3), call(4));
  await turn();
  expect(started.map(({ items }) => items)).toEqual([[1]]);
  started[0]!.end();
  await turn();
  expect(started[1]!.items).toEqual([2, 3]);
  started[1]!.end();
  await turn();
  started[2]!.end();
  expect(await Promise.all(calls)).toEqual([1, 2, 3, 4].map((n) => `done ${n}`));
});

test("as many batches are on their way as there are lanes", async () => {
  const { started, run } = runs<number>();
  const call = batched(run, { lanes: 2 });
  const calls = [call(1)];
  await turn();
  calls.push(call(2));
  await turn();
  calls.push(call(3));
  await turn();
  expect(started.map(({ items }) => items)).toEqual([[1], [2]]);
  started[1]!.end();
  await turn();
  expect(started[2]!.items).toEqual([3]);
  for (const { end } of started) end();
  expect(await Promise.all(calls)).toEqual([1, 2, 3].map((n) => `done ${n}`));
});

test("what does not fit opens the next batch, and nobody is overtaken", async () => {
  const { started, run } = runs<string>();
  const call = batched(run, { fits: (batch, item) => !batch.includes(item) });
  const calls = [call("a"), call("b"), call("a"), call("c")];
  await turn();
  started[0]!.end();
  await calls[0];
  await turn();
  started[1]!.end();
  await Promise.all(calls);
  expect(started.map(({ items }) => items)).toEqual([
    ["a", "b"],
    ["a", "c"],
  ]);
});

test("a batch that fails by the fault of one is run again one by one: the others do not hear of it", async () => {
  const sent: (readonly string[])[] = [];
  const refused = new Error("refused");
  const call = batched(
    async (items: readonly string[]) => {
      sent.push(items);
      if (items.includes("bad")) throw refused;
      return items.map((item) => `done ${item}`);
    },
    { isolates: (error) => error === refused },
  );
  const [first, bad, last] = await Promise.allSettled([call("first"), call("bad"), call("last")]);
  expect([first, bad, last]).toEqual([
    { status: "fulfilled", value: "done first" },
    { status: "rejected", reason: refused },
    { status: "fulfilled", value: "done last" },
  ]);
  expect(sent).toEqual([["first", "bad", "last"], ["first"], ["bad"], ["last"]]);
});

test("a failure that is nobody's fault is everybody's, and is not repeated", async () => {
  const { started, run } = runs<number>();
  const call = batched(run, { isolates: () => false });
  const answers = Promise.allSettled([call(1), call(2)]);
  await turn();
  started[0]!.fail(new Error("away"));
  expect((await answers).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(started).toHaveLength(1);
});

test("where it is strict, the next batch waits however long one takes", async () => {
  const { started, run } = runs<number>();
  const { clock, wake } = sleepingClock();
  const call = batched(run, { clock, strict: true });
  const calls = [call(1)];
  await turn();
  calls.push(call(2));
  wake();
  await turn();
  expect(started).toHaveLength(1);
  started[0]!.end();
  await turn();
  started[1]!.end();
  expect(await Promise.all(calls)).toEqual(["done 1", "done 2"]);
});

test("a batch that waits for something does not keep the next one waiting", async () => {
  const { started, run } = runs<number>();
  const { clock, wake } = sleepingClock();
  const call = batched(run, { clock });
  const stuck = call(1);
  await turn();
  const next = call(2);
  await turn();
  expect(started).toHaveLength(1);
  wake();
  await turn();
  await turn();
  started[1]!.end();
  expect(await next).toBe("done 2");
  started[0]!.end();
  expect(await stuck).toBe("done 1");
});
