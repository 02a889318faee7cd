import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { type Queue, type QueueTasks, startQueue } from "../../../src/store/loop/queue.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { releasedOnce } from "../../../src/store/postgres/release-once.ts";
import { openProxy, type TcpProxy } from "../../support/network/proxy.ts";
import { createTestDatabase, runOn, type TestDatabase } from "../../support/postgres/test-database.ts";

/* Jobs while the database comes and goes. */

let database: TestDatabase;
let proxy: TcpProxy;
let pool: Pool;
let queue: Queue | undefined;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await openProxy(database.url);
  pool = createPool({ url: proxy.through(database.url), max: 4, logger: silentLogger });
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  proxy.mend();
  await queue?.stop(2_000);
  queue = undefined;
  process.off("unhandledRejection", note);
  await pool.end();
  await proxy.close();
  await database.drop();
});

const begin = (tasks: Partial<QueueTasks>): Queue => {
  queue = startQueue(
    { pool: pool.asyncCommit, clock: systemClock, logger: silentLogger, fallMs: 500 },
    { wake: () => {}, sweep: async () => {}, assess: async () => {}, ...tasks },
  );
  return queue;
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(10);
}

const runs = (): boolean => {
  try {
    queue!.check();
    return true;
  } catch {
    return false;
  }
};

/** By a way of its own, as a write of another process. */
const add = (task: "reconcile" | "sweep"): Promise<void> =>
  runOn(
    database.url,
    `select graphile_worker.add_job('${task}', json_build_object('actor', 'test'), job_key := '${task}')`,
  );

test.each(["cut", "freeze"] as const)(
  "%s while a job is being done: nothing is left to nobody, and jobs are done again afterwards",
  async (way) => {
    let woken = 0;
    begin({
      wake: () => {
        woken += 1;
        if (woken <= 2) proxy[way]();
      },
    });
    await until(runs);
    for (const times of [1, 2, 3]) {
      await add("reconcile");
      await until(() => woken >= times);
      if (times < 3) {
        // Its end cannot be recorded: the run of the library falls. Then the way is free again.
        await until(() => !runs());
        proxy.mend();
        await until(runs);
      }
    }
    expect(unhandled).toEqual([]);
  },
  60_000,
);

test("a comparison that could not be ended because the database went is made once more", async () => {
  let sweeps = 0;
  begin({
    sweep: async () => {
      sweeps += 1;
      if (sweeps === 1) proxy.cut();
    },
  });
  await until(runs);
  await add("sweep");
  await until(() => sweeps === 1);
  await until(() => !runs());
  proxy.mend();
  await until(() => sweeps === 2);
  await until(async () => {
    const { rows } = await pool
      .query("select 1 from graphile_worker.jobs where task_identifier = 'sweep' and run_at < now()")
      .catch(() => ({ rows: [1] }));
    return rows.length === 0;
  });
  expect(unhandled).toEqual([]);
}, 60_000);

test("begun while the database is away it says so, and begins when it comes", async () => {
  proxy.cut();
  let woken = 0;
  const { check } = begin({ wake: () => (woken += 1) });
  expect(check).toThrow("jobs are not fetched");
  await add("reconcile");
  proxy.mend();
  await until(() => woken > 0);
  expect(runs()).toBe(true);
  expect(unhandled).toEqual([]);
}, 30_000);

test("a connection that is given back twice is given back once", async () => {
  const given = await new Promise<{ readonly release: () => void; readonly rows: unknown[] }>(
    (resolve, reject) => {
      releasedOnce(pool.asyncCommit).connect((error, client, release) => {
        if (error || !client) return reject(error);
        client.query("select 1 as one").then(({ rows }) => resolve({ release, rows }), reject);
      });
    },
  );
  given.release();
  expect(() => given.release()).not.toThrow();
  expect(given.rows).toEqual([{ one: 1 }]);
  expect((await pool.asyncCommit.query("select 2 as two")).rows).toEqual([{ two: 2 }]);
});

test("two jobs whose end could not be recorded do not keep the next ones from being done", async () => {
  let woken = 0;
  let sweeps = 0;
  let going = () => {};
  const both = new Promise<void>((resolve) => {
    going = resolve;
  });
  begin({
    wake: () => {
      woken += 1;
      // Both are under way, and end in the dark.
      if (woken === 1 && sweeps === 1) {
        proxy.freeze();
        going();
      }
    },
    sweep: async () => {
      sweeps += 1;
      if (sweeps === 1) await both;
    },
  });
  await until(runs);
  await add("sweep");
  await until(() => sweeps === 1);
  await add("reconcile");
  await both;
  await until(() => !runs());
  proxy.mend();
  await until(() => sweeps >= 2 && woken >= 2);
  expect(unhandled).toEqual([]);
}, 60_000);

test("a stop ends in its time while the database is frozen", async () => {
  const { stop } = begin({});
  await until(runs);
  proxy.freeze();
  const beganMs = performance.now();
  await stop(1_000);
  expect(performance.now() - beganMs).toBeLessThan(3_000);
  expect(unhandled).toEqual([]);
}, 30_000);
