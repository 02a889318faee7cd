import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Registry } from "prom-client";
import { observeMeters } from "../../../src/api/metrics/meters.ts";
import { remembered } from "../../../src/api/metrics/remembered.ts";
import { observeSync, type SyncStats } from "../../../src/api/metrics/sync.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createMeter } from "../../../src/core/meter.ts";
import { createMeterStore } from "../../../src/store/status/meters.ts";
import { openProduct } from "../../support/product.ts";
import { createManualClock } from "../../unit/simulator/manual-clock.ts";

/** Values by name and labels, as a scraper reads them. */
const figuresIn = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.startsWith("dingtalk_scim_"))
      .map((line) => [line.slice(14, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );

test("the loop shows its entities by state, the oldest that is due, what is lost, and its calls", async () => {
  const product = await openProduct();
  const add = async (displayName: string) => {
    const phoneNumbers = [{ type: "mobile", value: `+852 9000 ${1000 + displayName.length}` }];
    await product.send("POST", "/scim/v2/Users", {
      body: { userName: displayName, displayName, phoneNumbers },
    });
  };
  await add("Li");
  const sync = await product.startSync();
  await product.quiet();
  await sync.stop(1_000);
  await add("Wuu");
  await add("Chan");
  await product.pool.query(
    "update entity_states set due_since = now() - interval '90 s' where state = 'due'",
  );
  await product.pool.query(
    "update entity_states set next_at = null where state = 'due' and entity_id = (select max(entity_id::text)::uuid from entity_states)",
  );

  const { status, headers, text } = await product.send("GET", "/metrics");
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  const figures = figuresIn(text);
  const target = '{target="dingtalk"}';
  expect(figures).toMatchObject({
    [`figures_readable${target}`]: 1,
    'entities{target="dingtalk",state="inSync"}': 1,
    'entities{target="dingtalk",state="due"}': 2,
    'entities{target="dingtalk",state="parked"}': 0,
    [`entities_lost${target}`]: 1,
    [`target_paused${target}`]: 0,
    'target_calls_total{target="dingtalk",method="POST",api="/topapi/v2/user/create",outcome="ok",code="ok"}': 1,
  });
  expect(Math.floor(figures[`oldest_due_age_seconds${target}`]! / 10)).toBe(9);
  expect(text).toContain("# TYPE dingtalk_scim_target_calls_total counter");
  expect(text).not.toMatch(/Li|Wuu|\+852/);
  await product.close();
});

describe("scraping", () => {
  const figures: SyncStats = {
    states: { due: 1 },
    lost: 0,
    people: { active: 4, present: 3, accurate: 2 },
  };

  function scraped(read: () => Promise<SyncStats>) {
    const registry = new Registry();
    const clock = createManualClock();
    const reading = { what: "the figures", clock, logger: silentLogger };
    observeSync(registry, { target: "t", figures: remembered({ ...reading, read }), clock });
    return { clock, scrape: async () => figuresIn(await registry.metrics()) };
  }

  test("reads the figures once in five seconds, however many scrape", async () => {
    let reads = 0;
    const { clock, scrape } = scraped(async () => ({ ...figures, lost: ++reads }));
    const all = await Promise.all([scrape(), scrape(), scrape()]);
    expect([reads, ...all.map((each) => each['entities_lost{target="t"}'])]).toEqual([1, 1, 1, 1]);
    await clock.advance(5_000);
    await scrape();
    expect(reads).toBe(1);
    await clock.advance(1);
    expect([(await scrape())['entities_lost{target="t"}'], reads]).toEqual([2, 2]);
  });

  test("shows no figures while they cannot be read, says so, and has them again at once", async () => {
    let broken = false;
    const { clock, scrape } = scraped(async () => {
      if (broken) throw new Error("the database is away");
      return figures;
    });
    const whole = await scrape();
    expect(whole).toEqual({
      'figures_readable{target="t"}': 1,
      'entities{target="t",state="due"}': 1,
      'oldest_due_age_seconds{target="t"}': 0,
      'target_paused{target="t"}': 0,
      'entities_lost{target="t"}': 0,
      'accuracy{target="t"}': 0.5,
      'coverage{target="t"}': 0.75,
    });
    broken = true;
    await clock.advance(6_000);
    expect(await scrape()).toEqual({ 'figures_readable{target="t"}': 0 });
    broken = false;
    expect(await scrape()).toEqual(whole);
  });
});

/** Every sample by its whole name, labels as they are written. */
const samplesIn = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );

describe("what processes count", () => {
  test("latency and calls come by outcome and code, from the database, and go on after a restart", async () => {
    const product = await openProduct();
    const add = async (userName: string, mobile: string) => {
      const phoneNumbers = [{ type: "mobile", value: mobile }];
      await product.send("POST", "/scim/v2/Users", {
        body: { userName, displayName: userName, phoneNumbers },
      });
    };
    await product.control("faults", { match: "/topapi/v2/user/create", fault: "http500", times: 1 });
    await product.control("faults", {
      match: "/topapi/v2/user/create",
      fault: "refusal",
      answer: { errcode: 31_337_123, message: "Li +852 6123 4567" },
      times: 1,
    });
    await add("Li", "+852 6123 4567");
    await add("Chan", "+852 6123 4568");
    await add("Wong", "+852 6123 4569");
    const sync = await product.startSync();
    await product.until(async () => {
      const { rows } = await product.pool.query(
        "select count(*) as n from entity_states where state in ('inSync', 'parked')",
      );
      return rows[0].n === 3;
    });
    await sync.stop(1_000);

    const { text } = await product.send("GET", "/metrics");
    const samples = samplesIn(text);
    const call = 'target="dingtalk",method="POST",api="/topapi/v2/user/create"';
    expect(samples).toMatchObject({
      [`dingtalk_scim_target_calls_total{${call},outcome="ok",code="ok"}`]: 3,
      [`dingtalk_scim_target_calls_total{${call},outcome="refused",code="-1"}`]: 1,
      // A code that nobody knows, and nothing of what it said.
      [`dingtalk_scim_target_calls_total{${call},outcome="refused",code="other"}`]: 1,
      [`dingtalk_scim_target_call_duration_seconds_bucket{le="20",${call},outcome="ok"}`]: 3,
      [`dingtalk_scim_target_call_duration_seconds_bucket{le="+Inf",${call},outcome="refused"}`]: 2,
      [`dingtalk_scim_target_call_duration_seconds_count{${call},outcome="ok"}`]: 3,
      'dingtalk_scim_sync_latency_seconds_bucket{le="+Inf",target="dingtalk",kind="user"}': 3,
      'dingtalk_scim_sync_latency_seconds_count{target="dingtalk",kind="user"}': 3,
    });
    expect(samples['dingtalk_scim_sync_latency_seconds_sum{target="dingtalk",kind="user"}']).toBeGreaterThan(
      0,
    );
    expect(text).toContain("# TYPE dingtalk_scim_sync_latency_seconds histogram");
    expect(text).toContain("# TYPE dingtalk_scim_target_calls_total counter");
    expect(text).not.toMatch(/dingsandbox|31337123|6123|Chan/);
    // Whoever starts later adds to what is there.
    const calls = createMeter();
    calls.count("targetCalls", { method: "POST", api: "/topapi/v2/user/create", outcome: "ok", code: "ok" });
    const store = createMeterStore(product.pool, "dingtalk");
    await store.write(calls);
    const total = (await store.read()).samples.find(
      ({ name, labels }) => name === "targetCalls" && labels.code === "ok" && labels.api?.endsWith("/create"),
    );
    expect(total?.value).toBe(4);
    await product.close();
  });

  test("each source shows when it was last heard of, each token when it ends", async () => {
    const product = await openProduct();
    const token = await product.token(["provision"], 'Wor"kday');
    await product.token(["history:read"], "silent");
    const asked = Date.now() / 1_000;
    await product.send("GET", "/scim/v2/Users", { token });
    await product.send("GET", "/scim/v2/Users", { token: "no-token-of-ours" });
    await product.send("GET", "/api/sync/status", { token: await product.token(["history:read"], "silent") });
    const samples = samplesIn((await product.send("GET", "/metrics")).text);
    const heard = Object.entries(samples).filter(([name]) =>
      name.startsWith("dingtalk_scim_source_last_request"),
    );
    expect(heard.map(([name]) => name)).toEqual([
      'dingtalk_scim_source_last_request_timestamp_seconds{source="Wor\\"kday"}',
    ]);
    expect(Math.abs(heard[0]![1] - asked)).toBeLessThan(60);
    const ends = Object.entries(samples).filter(([name]) => name.startsWith("dingtalk_scim_token_expiry"));
    expect(ends.length).toBe(3);
    for (const [name, at] of ends) {
      expect(name).toMatch(
        /^dingtalk_scim_token_expiry_timestamp_seconds\{token="[^"]+",source="(silent|Wor\\"kday)"\}$/,
      );
      expect(at - asked).toBeGreaterThan(300 * 24 * 3_600);
    }
    await product.close();
  });

  test("the program tells its version", async () => {
    const product = await openProduct();
    const { text } = await product.send("GET", "/metrics");
    const { version } = JSON.parse(
      readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8"),
    ) as { version: string };
    expect(text).toMatch(
      new RegExp(
        `dingtalk_scim_build_info\\{version="${version}",node="${process.versions.node}",commit="([0-9a-f]{40})?"\\} 1`,
      ),
    );
    await product.close();
  });

  test("what cannot be written down is kept, and written with the next", async () => {
    const product = await openProduct();
    const meter = createMeter();
    const store = createMeterStore(product.pool, "dingtalk");
    meter.observe("syncLatency", { kind: "user" }, 3);
    await product.pool.query("alter table meters rename to away");
    await expect(store.write(meter)).rejects.toThrow();
    await product.pool.query("alter table away rename to meters");
    meter.observe("syncLatency", { kind: "user" }, 4);
    await store.write(meter);
    await store.write(meter);
    expect((await store.read()).samples).toEqual([
      { name: "syncLatency", labels: { kind: "user", le: "5" }, value: 2 },
      { name: "syncLatencySum", labels: { kind: "user" }, value: 7 },
    ]);
    await product.close();
  });
});

test("buckets of the text form hold those below them, also of bounds that are no more", async () => {
  const registry = new Registry();
  const labels = { kind: "user" };
  const samples = [
    ...Object.entries({ "0.5": 2, "3": 1, "14400": 1, "+Inf": 1 }).map(([le, value]) => ({
      name: "syncLatency" as const,
      labels: { ...labels, le },
      value,
    })),
    { name: "syncLatencySum" as const, labels, value: 99 },
  ];
  observeMeters(registry, { target: "t", meters: async () => ({ samples, sources: [], tokens: [] }) });
  const figures = samplesIn(await registry.metrics());
  const of = (le: string) =>
    figures[`dingtalk_scim_sync_latency_seconds_bucket{le="${le}",target="t",kind="user"}`];
  expect(["0.5", "2.5", "5", "3600", "14400", "+Inf"].map(of)).toEqual([2, 2, 3, 3, 4, 5]);
});
