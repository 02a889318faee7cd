import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createEvidencePacks } from "../../../src/evidence/pack/packs.ts";
import type { PackStore } from "../../../src/evidence/pack/store.ts";
import { createEventAppender } from "../../../src/store/history/event-appender.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { createPackStore } from "../../../src/store/history/evidence-packs.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createRetention } from "../../../src/store/privacy/retention.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { makeEncryptionKey, openPlace, type Place } from "../../support/server.ts";
import { testVault } from "../../support/vault.ts";

/* Packs that one process makes and another one gives out. */

const TOKEN = "a-bootstrap-token-of-forty-characters-00";
const BOUND_MS = 60_000;
const period = { from: new Date("2026-01-01"), to: new Date("2026-02-01"), sample: 3, seed: 7 };

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endMs = systemClock.monotonicMs() + BOUND_MS;
  while (!(await condition())) {
    if (systemClock.monotonicMs() > endMs) throw new Error("the condition has not come true");
    await systemClock.sleep(20);
  }
}

describe("two servers on one database", () => {
  let places: readonly [Place, Place];
  let folder: string;
  beforeEach(async () => {
    places = [await openPlace(), await openPlace()];
    folder = mkdtempSync(join(tmpdir(), "packs-"));
  });
  afterEach(async () => {
    for (const place of places) await place.clear();
    rmSync(folder, { recursive: true });
  });

  test("what was ordered from one is listed and given out by the other, also when the one is gone", async () => {
    const [one, other] = places;
    const shared = {
      DATABASE_URL: database.url,
      ENCRYPTION_KEY_FILE: makeEncryptionKey(folder),
      BOOTSTRAP_TOKEN: TOKEN,
      ROLE: "api",
    };
    await one.start({ ...shared, SIMULATOR_PORT: one.settings["SIMULATOR_PORT"]! });
    await other.start({ ...shared, SIMULATOR_PORT: one.settings["SIMULATOR_PORT"]! });
    const ask = (place: Place, path: string, body?: object) =>
      fetch(`${place.url}/api/evidence${path}`, {
        method: body ? "POST" : "GET",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const ordered = await ask(one, "", { from: "2026-01-01", to: "2126-01-01", sample: 3, seed: 7 });
    const { id } = (await ordered.json()) as { id: string };
    // Known to all before the answer.
    expect([200, 202]).toContain((await ask(other, `/${id}`)).status);
    await until(async () => (await ask(other, `/${id}`)).status === 200);
    const digestOf = async (place: Place) => {
      const answer = await ask(place, `/${id}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect([answer.headers.get("content-type"), answer.headers.get("content-length")]).toEqual([
        "application/zip",
        `${bytes.length}`,
      ]);
      return createHash("sha256").update(bytes).digest("hex");
    };
    expect(await digestOf(other)).toBe(await digestOf(one));
    await one.clear();
    expect(await digestOf(other)).toMatch(/^[0-9a-f]{64}$/);
    const { packs } = (await (await ask(other, "")).json()) as { packs: readonly object[] };
    expect(packs).toEqual([
      {
        id,
        state: "made",
        bytes: expect.any(Number),
        ordered: { from: "2026-01-01T00:00:00.000Z", to: expect.any(String), sample: 3, seed: 7 },
      },
    ]);
  });
});

describe("the store of two processes", () => {
  let pools: readonly [Pool, Pool];
  let stores: readonly [PackStore, PackStore];
  beforeEach(() => {
    const pool = () => createPool({ url: database.url, max: 4, logger: silentLogger });
    pools = [pool(), pool()];
    stores = [createPackStore(pools[0]), createPackStore(pools[1])];
  });
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
  });

  const numberOf = async (table: string): Promise<number> =>
    (await pools[0].query(`select count(*) as n from ${table}`)).rows[0].n;
  /** A pack of so many pieces. */
  async function made(size: number): Promise<string> {
    const id = randomUUID();
    await stores[0].begin(id, period);
    for (let place = 0; place < size; place++) await stores[0].add(id, place, Buffer.alloc(10, place));
    await stores[0].made(id, { bytes: size * 10, pieces: size });
    return id;
  }
  const deskOf = (at: 0 | 1, log = createEventLog(pools[at], testVault)) =>
    createEvidencePacks({
      store: stores[at],
      log,
      entries: createLogReader(pools[at]),
      events: createEventAppender(pools[at]),
      clock: systemClock,
      logger: silentLogger,
      limitMinutes: 60,
      version: "test",
      host: `host-${at}`,
    });
  const bytesOf = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
    const all: Buffer[] = [];
    for await (const piece of pieces) all.push(piece);
    return Buffer.concat(all);
  };

  test("a pack of several pieces comes in their order, and one that goes meanwhile is not taken for whole", async () => {
    const id = await made(3);
    const desk = deskOf(1);
    expect(await desk.state(id)).toEqual({ kind: "made", bytes: 30, pieces: 3 });
    expect([...(await bytesOf(desk.read(id, 3)))].filter((_byte, at) => at % 10 === 0)).toEqual([0, 1, 2]);
    const pieces = desk.read(id, 3)[Symbol.asyncIterator]();
    await pieces.next();
    await pools[0].query("delete from evidence_packs");
    await expect(pieces.next()).rejects.toThrow("was removed while it was read");
    expect(await desk.state(id)).toEqual({ kind: "unknown" });
  });

  test("whose maker is gone has failed after a minute, for everybody", async () => {
    const id = randomUUID();
    await stores[0].begin(id, period);
    await stores[0].add(id, 0, Buffer.from("half"));
    expect(await stores[1].state(id)).toEqual({ kind: "making" });
    await pools[0].query("update evidence_packs set seen_at = now() - interval '61 seconds'");
    expect(await stores[1].state(id)).toEqual({ kind: "failed" });
    expect(await stores[1].list()).toEqual([{ id, state: "failed", bytes: null, ordered: period }]);
    // It was only held up.
    await stores[0].seen(id);
    expect(await stores[1].state(id)).toEqual({ kind: "making" });
  });

  test("one that could not be made has failed, leaves nothing behind, and the next one is made", async () => {
    const log = createEventLog(pools[0], testVault);
    let broken = true;
    const desk = deskOf(0, {
      ...log,
      list: async (query) => {
        if (broken) throw new Error("the database is away");
        return log.list(query);
      },
    });
    const failed = await desk.order({ ...period, by: { actor: "cli" } });
    await until(async () => (await stores[1].state(failed)).kind === "failed");
    broken = false;
    const next = await desk.order({ ...period, by: { actor: "cli" } });
    await until(async () => (await stores[1].state(next)).kind === "made");
    expect((await stores[1].list()).map(({ id, state }) => [id, state])).toEqual([
      [next, "made"],
      [failed, "failed"],
    ]);
    const { rows } = await pools[0].query("select distinct pack_id from evidence_pieces");
    expect(rows).toEqual([{ pack_id: next }]);
  });

  test("five are kept, and for thirty days", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await made(2));
    expect((await stores[1].list()).map(({ id }) => id)).toEqual(ids.slice(2).reverse());
    expect([await numberOf("evidence_packs"), await numberOf("evidence_pieces")]).toEqual([5, 10]);
    const lost = randomUUID();
    await stores[0].begin(lost, period);
    await pools[0].query(
      "update evidence_packs set ordered_at = now() - interval '2 days', seen_at = now() - interval '2 days' where id = $1",
      [lost],
    );
    await pools[0].query("update evidence_packs set expires_at = now() - interval '25 hours' where id = $1", [
      ids[6],
    ]);
    const dayAgo = new Date(Date.now() - 86_400_000);
    expect(
      await createRetention(pools[1], testVault).forget("ended", dayAgo, new AbortController().signal),
    ).toBe(2);
    expect((await stores[1].list()).map(({ id }) => id)).toEqual(ids.slice(2, 6).reverse());
    expect([await numberOf("evidence_packs"), await numberOf("evidence_pieces")]).toEqual([4, 8]);
  });
});
