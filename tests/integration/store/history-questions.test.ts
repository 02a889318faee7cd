import type pg from "pg";
import { uuidv7 } from "../../../src/core/id.ts";
import type { HistoryEvent } from "../../../src/history/event.ts";
import type { EventLog } from "../../../src/history/event-log.ts";
import { openProduct, type Product } from "../../support/product.ts";

/*
 * Pages, arrivals and counts of a history that several processes write to, whose events get their ids before
 * their transactions end.
 */

let product: Product;
const T0 = Date.parse("2026-03-01T22:30:00.000Z");
const MINUTE = 60_000;

beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());
beforeEach(async () => {
  await product.pool.query("alter table history disable trigger history_append_only");
  await product.pool.query("truncate history");
  await product.pool.query("alter table history enable trigger history_append_only");
});

const INSERT = "insert into history (id, at, code, actor) values ($1, $2, $3, $4)";
async function written(
  ms: number,
  code = "user.updated",
  actor = "worker",
  by: pg.Pool | pg.PoolClient = product.pool,
): Promise<string> {
  const id = uuidv7(ms);
  await by.query(INSERT, [id, new Date(ms), code, actor]);
  return id;
}
const ask = async (query: Record<string, string>) => {
  const answer = await product.send("GET", `/api/history?${new URLSearchParams(query)}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body as Awaited<ReturnType<EventLog["list"]>> & { since: string; more?: boolean };
};
const idsOf = ({ events }: { readonly events: readonly HistoryEvent[] }): string[] =>
  events.map(({ id }) => id);

/** A transaction that has written, and ends when told to. */
async function late(ms: number): Promise<{ readonly id: string; end(): Promise<void> }> {
  const client = await product.pool.connect();
  await client.query("begin");
  const id = await written(ms, "user.updated", "worker", client);
  return {
    id,
    async end() {
      await client.query("commit");
      client.release();
    },
  };
}

describe("who follows the history", () => {
  test("is told of each event once, also of those whose transaction ended long after later ones were seen", async () => {
    const nowMs = Date.now();
    const told: string[] = [];
    const slow = await late(nowMs - 30_000);
    const early = await written(nowMs - 20_000);
    const first = await ask({ count: "10" });
    told.push(...idsOf(first));
    expect(told).toEqual([early]);
    const slower = await late(nowMs - 25_000);
    await slow.end();
    const next = await written(nowMs);
    const second = await ask({ since: first.since });
    expect(idsOf(second)).toEqual([slow.id, next]);
    await slower.end();
    const third = await ask({ since: second.since });
    expect(idsOf(third)).toEqual([slower.id]);
    expect(idsOf(await ask({ since: third.since }))).toEqual([]);
  });

  test("is told in pages, of what ends between two of them too", async () => {
    const nowMs = Date.now();
    const { since: begin } = await ask({});
    const slow = await late(nowMs - 9_000);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await written(nowMs - 5_000 + n));
    const told: string[] = [];
    let since = begin;
    for (let page = 0; page < 6; page++) {
      const answer = await ask({ since, count: "2" });
      told.push(...idsOf(answer));
      since = answer.since;
      // Behind the place that was told already.
      if (page === 1) await slow.end();
      if (!answer.more && told.length === 6) break;
    }
    expect(told.sort()).toEqual([...ids, slow.id].sort());
  });

  test("misses nothing and hears nothing twice while five writers are at work", async () => {
    const wanted = new Set<string>();
    const begun = await ask({});
    let writing = true;
    const writer = async () => {
      for (let n = 0; n < 25; n++) {
        const one = await late(Date.now());
        // Ids are made now, and transactions end in any order.
        await product.pool.query("select pg_sleep($1)", [Math.random() * 0.01]);
        await one.end();
        wanted.add(one.id);
      }
    };
    let { since } = begun;
    const told = idsOf(begun);
    const follow = async () => {
      for (let more = true; more; ) {
        const goesOn = writing;
        const answer = await ask({ since, count: "7" });
        told.push(...idsOf(answer));
        since = answer.since;
        more = goesOn || answer.more === true || answer.events.length > 0;
      }
    };
    const following = follow();
    await Promise.all(Array.from({ length: 5 }, writer));
    writing = false;
    await following;
    expect(new Set(told).size).toBe(told.length);
    expect([...wanted].filter((id) => !told.includes(id))).toEqual([]);
    expect(told).toHaveLength(125);
  });

  test.each([
    "yesterday",
    Buffer.from("1_5:4:").toString("base64url"),
    Buffer.from("1_1:9000000000000000:").toString("base64url"),
  ])("is refused with a marker that is none of this database: %s", async (since) => {
    expect((await product.send("GET", `/api/history?since=${since}`)).status).toBe(400);
  });

  test("asks with since or after, not with both", async () => {
    const { since } = await ask({});
    expect((await product.send("GET", `/api/history?since=${since}&after=${uuidv7(T0)}`)).status).toBe(400);
  });
});

describe("questions along an index", () => {
  const of = async (filter: string) => idsOf(await ask({ filter, count: "1000" }));
  let all: { readonly id: string; readonly ms: number; readonly code: string; readonly actor: string }[];
  beforeEach(async () => {
    all = [];
    for (let n = 0; n < 40; n++) {
      const [code, actor] = [
        n % 3 === 0 ? "user.created" : "user.updated",
        n % 2 === 0 ? "worker" : "token:one",
      ];
      all.unshift({ id: await written(T0 + n * MINUTE, code, actor), ms: T0 + n * MINUTE, code, actor });
    }
  });
  const at = (n: number) => new Date(T0 + n * MINUTE).toISOString();

  test.each<[string, (event: (typeof all)[number]) => boolean]>([
    ['code eq "user.created"', ({ code }) => code === "user.created"],
    ['actor eq "token:one"', ({ actor }) => actor === "token:one"],
    [
      'code eq "user.created" and actor eq "worker"',
      ({ code, actor }) => code === "user.created" && actor === "worker",
    ],
    [`at ge "${at(5)}" and at lt "${at(9)}"`, ({ ms }) => ms >= T0 + 5 * MINUTE && ms < T0 + 9 * MINUTE],
    [`at gt "${at(5)}" and at le "${at(9)}"`, ({ ms }) => ms > T0 + 5 * MINUTE && ms <= T0 + 9 * MINUTE],
    [`at eq "${at(5)}"`, ({ ms }) => ms === T0 + 5 * MINUTE],
    [`at ne "${at(5)}"`, ({ ms }) => ms !== T0 + 5 * MINUTE],
    [`not (at ge "${at(5)}")`, ({ ms }) => ms < T0 + 5 * MINUTE],
    [`at lt "${at(2)}" or at ge "${at(38)}"`, ({ ms }) => ms < T0 + 2 * MINUTE || ms >= T0 + 38 * MINUTE],
    [
      `code eq "user.created" and at ge "${at(20)}"`,
      ({ code, ms }) => code === "user.created" && ms >= T0 + 20 * MINUTE,
    ],
    ['code eq ""', () => false],
  ])("%s", async (filter, wanted) => {
    expect(await of(filter)).toEqual(all.filter(wanted).map(({ id }) => id));
  });

  test("their pages have neither gaps nor doubles", async () => {
    const filter = 'code eq "user.updated"';
    const seen: string[] = [];
    for (let after: string | undefined, first = true; first || after; first = false) {
      const page = await ask({ filter, count: "4", ...(after ? { after } : {}) });
      seen.push(...idsOf(page));
      after = page.next;
    }
    expect(seen).toEqual(all.filter(({ code }) => code === "user.updated").map(({ id }) => id));
  });

  const histogram = async (query: Record<string, string>) =>
    product.send("GET", `/api/history/histogram?${new URLSearchParams(query)}`);

  test("counts by hour and day hold each event of the period once", async () => {
    const { body: hours } = await histogram({ from: at(10), to: at(35), by: "hour" });
    expect(hours.buckets.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual([
      [at(10), "2026-03-01T23:00:00.000Z"],
      ["2026-03-01T23:00:00.000Z", at(35)],
    ]);
    const { body: days } = await histogram({ from: "2026-03-01", to: "2026-03-03" });
    expect(days.buckets.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual([
      ["2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"],
    ]);
    const sum = (buckets: { counts: Record<string, number> }[], code: string) =>
      buckets.reduce((total, { counts }) => total + (counts[code] ?? 0), 0);
    for (const code of ["user.created", "user.updated"]) {
      const inPeriod = ({ ms }: { ms: number }) => ms >= T0 + 10 * MINUTE && ms < T0 + 35 * MINUTE;
      expect(sum(hours.buckets, code)).toBe(
        all.filter((event) => event.code === code && inPeriod(event)).length,
      );
      expect(sum(days.buckets, code)).toBe(all.filter((event) => event.code === code).length);
    }
  });

  test.each([
    { from: "yesterday", to: "2026-03-02" },
    { from: "2026-03-02", to: "2026-03-01" },
    { from: "2026-03-02" },
    { to: "2026-03-02" },
    { from: "2026-03-01", to: "2026-03-02", by: "minute" },
    { from: "2026-13-01", to: "2027-01-01" },
  ])("counts of %j are refused", async (query) => {
    expect((await histogram(query as Record<string, string>)).status).toBe(400);
  });
});

test("the time in an id is the time of its event, whoever wrote it", async () => {
  await product.send("POST", "/scim/v2/Users", { body: { userName: "li", displayName: "Li" } });
  const sync = await product.startSync();
  await product.quiet();
  await sync.stop(1_000);
  const { events } = await ask({ count: "1000" });
  expect(events.length).toBeGreaterThan(3);
  for (const { id, at } of events) {
    const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(Math.abs(ms - new Date(at).getTime())).toBeLessThan(1_000);
  }
});
