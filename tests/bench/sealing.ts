import { createPrivateKey, randomUUID } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { firstUuidAt, uuidv7 } from "../../src/core/id.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openDatabase } from "../../src/database/open.ts";
import { createUserDirectory } from "../../src/directory/users.ts";
import type { SealStore } from "../../src/history/log/ports.ts";
import { storedLog } from "../../src/history/log/sources.ts";
import { verifyLog } from "../../src/history/log/verify.ts";
import { logKey, newSecret } from "../../src/keys/log-key.ts";
import { readUser } from "../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../src/store/create.ts";
import { beginLog } from "../../src/store/history/log/keys.ts";
import { createOlderEvents } from "../../src/store/history/log/older.ts";
import { createLogReader } from "../../src/store/history/log/reader.ts";
import { createSealStore } from "../../src/store/history/log/seal.ts";
import { createKeyEncryptionKey } from "../../src/store/personal/key-encryption.ts";
import { createVault } from "../../src/store/personal/vault.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import type { Vault } from "../../src/store/vault.ts";
import { openColumns } from "../../src/store/write-sql.ts";
import { cpuMsWithChildren } from "./processes.ts";
import { onStage, runBench, type Stage } from "./stage.ts";

/*
 * What encryption and sealing cost the write path, and how fast the log grows and is verified. Turns with and
 * without alternate in one run.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/sealing.ts --turns 6 --seconds 4 --events 100000
 */

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "6" },
    seconds: { type: "string", default: "4" },
    writers: { type: "string", default: "32" },
    events: { type: "string", default: "100000" },
  },
});
const [turns, seconds, writers, events] = [values.turns, values.seconds, values.writers, values.events].map(
  Number,
) as [number, number, number, number];
const FIRST = "00000000-0000-7000-8000-000000000000";
const root = join(__dirname, "..", "..");
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Values in plain text, as they were before: no key, no cipher. */
const plain: Vault = {
  rows: async (_db, all) => all.map((event) => ({ ...openColumns(event), changes: event.changes })),
  first: (event) => ({
    row: { ...openColumns(event), changes: event.changes } as never,
    wrapped: "",
    keep: () => undefined,
  }),
  seal: async (_db, all) => all.map(() => undefined),
  open: () => undefined,
  destroy: async () => undefined,
};

/** The same statements without the row of the key. */
function withoutKeys(pool: Pool): Pool {
  const query = pool.query.bind(pool) as (config: { name: string; text: string }) => unknown;
  return Object.assign(Object.create(pool) as Pool, {
    query: (config: { name: string; text: string }) =>
      query({
        ...config,
        name: config.name && `${config.name}-plain`,
        text: config.text.replace(/\n\s*keyed as \(.*\),/, ""),
      }),
  });
}

async function bench(stage: Stage): Promise<number> {
  const url = await stage.database("sealing");
  const database = await openDatabase({
    url,
    dataDir: "",
    migrations: join(root, "prisma", "migrations"),
    logger: silentLogger,
  });
  const pool = createPool({ url, max: 16, logger: silentLogger });
  try {
    const sourceId = randomUUID();
    await pool.query("insert into sources (id, name) values ($1, 'bench')", [sourceId]);
    const vault = createVault(createKeyEncryptionKey(Buffer.alloc(32, 1)));
    const key = logKey("bench.example.com/history/1", createPrivateKey(newSecret()));
    await beginLog(pool, key.verifier);
    const store = createSealStore(pool, { clock: systemClock, loadKey: async () => key, witnessed: false });
    const older = createOlderEvents(pool, vault);
    const context = () => ({ sourceId, actor: "token:bench", requestId: randomUUID() });
    const on = createUserDirectory({
      store: createDirectoryStore(pool, ["dingtalk"], vault),
      clock: systemClock,
    });
    const off = createUserDirectory({
      store: createDirectoryStore(withoutKeys(pool), ["dingtalk"], plain),
      clock: systemClock,
    });
    const user = (title: string) =>
      readUser({
        userName: uuidv7(systemClock.now().getTime()),
        displayName: "Chan Tai Man",
        title,
        emails: [{ value: "a@example.com" }],
      });
    const costs: Record<Kind, Record<Which, Cost[]>> = {
      create: { on: [], off: [] },
      update: { on: [], off: [] },
    };
    // The first two turns only warm up.
    for (let turn = -2; turn < turns * 2; turn++) {
      // In the order on, off, off, on: what grows with the tables meets both alike.
      const which = [0, 3, -1].includes(turn % 4) ? "on" : "off";
      const people = which === "on" ? on : off;
      const ids: string[] = [];
      let n = 0;
      const work: Record<Kind, () => Promise<unknown>> = {
        create: async () => ids.push((await people.create(context(), user("Clerk"))).id),
        update: () =>
          people.change(context(), ids[n++ % ids.length]!, (current) =>
            readUser({ ...current, title: `t${n}` }),
          ),
      };
      for (const kind of ["create", "update"] as const) {
        const one = await cost(work[kind], { stage, ...(which === "on" ? { sealing: store } : {}) });
        if (turn >= 0) costs[kind][which].push(one);
        // What the turns without leave behind must not burden those with.
        while ((await older.encryptSome())?.more);
        await store.sealFrom(FIRST, new AbortController().signal);
      }
    }
    for (const kind of ["create", "update"] as const) {
      const { on: with_, off: without } = costs[kind];
      const change = (of: (cost: Cost) => number): string =>
        `${((median(with_.map(of)) / median(without.map(of)) - 1) * 100).toFixed(1)} %`;
      const cpu = (all: readonly Cost[]): string =>
        `${median(all.map((one) => one.hereMs)).toFixed(3)} + ${median(all.map((one) => one.databaseMs)).toFixed(3)} ms`;
      print(
        `${kind}: ${median(with_.map((one) => one.perSecond)).toFixed(0)}/s with encryption and sealing, ${median(without.map((one) => one.perSecond)).toFixed(0)}/s without: ${change((one) => one.perSecond)}; ` +
          `CPU here and of PostgreSQL ${cpu(with_)}, ${cpu(without)} without: ${change(({ hereMs, databaseMs }) => hereMs + databaseMs)}`,
      );
    }
    for (let from = 1; from <= events; from += 10_000) {
      await pool.query(
        `insert into history (id, at, code, actor, source_id, request_id, attributes, detail)
         select ('0190' || lpad(to_hex(n), 8, '0') || '7000' || '8' || substr(md5(n::text), 1, 15))::uuid, now(), 'user.updated', 'token:bench', gen_random_uuid(), gen_random_uuid(), '{title}', '{"n":1}'
           from generate_series($1::int, $2::int) n`,
        [from, Math.min(events, from + 9_999)],
      );
    }
    const sealed = await measured(stage, () => store.sealFrom(FIRST, new AbortController().signal));
    print(
      `sealed ${events} events at ${(events / sealed.seconds).toFixed(0)}/s; CPU of each ${sealed.cpu(events)}`,
    );
    const again = await measured(stage, () => store.sealFrom(FIRST, new AbortController().signal));
    print(
      `looked for others among all of them in ${again.seconds.toFixed(1)} s; CPU for each of the ${events} ${again.cpu(events)}`,
    );
    global.gc?.();
    const before = process.memoryUsage().rss;
    const {
      answer: verdict,
      seconds: took,
      cpu,
    } = await measured(stage, () => verifyLog(storedLog(createLogReader(pool))));
    const size = verdict.ok ? verdict.verified.size : 0;
    print(
      `verified ${size} entries and events in ${took.toFixed(1)} s, ${((took / size) * 1_000_000).toFixed(0)} s for a million; CPU of each ${cpu(size)}; memory +${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)} MB`,
    );
    return verdict.ok ? 0 : 1;
  } finally {
    await pool.end();
    await database.stop();
  }
}

/** As the sealer does while all is well. */
async function sealEvery(store: SealStore, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await store.sealFrom(firstUuidAt(systemClock.now().getTime() - 20_000), signal);
    await systemClock.sleep(5_000, signal).catch(() => undefined);
  }
}

type Kind = "create" | "update";
type Which = "on" | "off";

interface Cost {
  readonly perSecond: number;
  /** CPU of one write, with that of its entry in the log. */
  readonly hereMs: number;
  readonly databaseMs: number;
}

async function measured<T>(stage: Stage, work: () => Promise<T>) {
  const [began, before, database] = [
    systemClock.monotonicMs(),
    process.cpuUsage(),
    cpuMsWithChildren(stage.postgresPid),
  ];
  const answer = await work();
  const seconds = (systemClock.monotonicMs() - began) / 1_000;
  const { user, system } = process.cpuUsage(before);
  const databaseMs = cpuMsWithChildren(stage.postgresPid) - database;
  const micro = (ms: number, count: number): string => ((ms * 1_000) / count).toFixed(1);
  return {
    answer,
    seconds,
    cpu: (count: number) =>
      `${micro((user + system) / 1_000, count)} + ${micro(databaseMs, count)} µs (here + PostgreSQL)`,
  };
}

async function cost(
  work: () => Promise<unknown>,
  { stage, sealing }: { readonly stage: Stage; readonly sealing?: SealStore },
): Promise<Cost> {
  const [began, cpu, database] = [
    systemClock.monotonicMs(),
    process.cpuUsage(),
    cpuMsWithChildren(stage.postgresPid),
  ];
  const stopping = new AbortController();
  const sealed = sealing && sealEvery(sealing, stopping.signal);
  let done = 0;
  const writer = async () => {
    while (systemClock.monotonicMs() - began < seconds * 1_000) {
      await work();
      done++;
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const perSecond = done / ((systemClock.monotonicMs() - began) / 1_000);
  stopping.abort();
  await sealed;
  // What is left over belongs to these writes.
  await sealing?.sealFrom(firstUuidAt(systemClock.now().getTime() - 20_000), new AbortController().signal);
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond,
    hereMs: (user + system) / 1_000 / done,
    databaseMs: (cpuMsWithChildren(stage.postgresPid) - database) / done,
  };
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

runBench(() => onStage(bench));
