import { Registry } from "prom-client";
import { observeSync, type SyncFigures } from "../../../src/api/sync-metrics.ts";
import { silentLogger } from "../../../src/core/logger.ts";
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
    await product.send("POST", "/scim/v2/Users", { body: { userName: displayName, displayName, phoneNumbers } });
  };
  await add("Li");
  const sync = await product.startSync();
  await product.quiet();
  await sync.stop(1_000);
  await add("Wuu");
  await add("Chan");
  await product.pool.query("update entity_states set due_since = now() - interval '90 s' where state = 'due'");
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
    'target_calls_total{target="dingtalk",api="/topapi/v2/user/create"}': 1,
  });
  expect(Math.floor(figures[`oldest_due_age_seconds${target}`]! / 10)).toBe(9);
  expect(text).toContain("# TYPE dingtalk_scim_target_calls_total counter");
  expect(text).not.toMatch(/Li|Wuu|\+852/);
  await product.close();
});

describe("scraping", () => {
  const figures: SyncFigures = {
    states: { due: 1 },
    lost: 0,
    people: { active: 4, present: 3, accurate: 2 },
    calls: [{ api: "/a", count: 3 }],
  };

  function scraped(read: () => Promise<SyncFigures>) {
    const registry = new Registry();
    const clock = createManualClock();
    observeSync(registry, { target: "t", read, clock, logger: silentLogger });
    return { clock, scrape: async () => figuresIn(await registry.metrics()) };
  }

  test("reads the figures once in five seconds, however many scrape", async () => {
    let reads = 0;
    const { clock, scrape } = scraped(async () => ({ ...figures, calls: [{ api: "/a", count: ++reads }] }));
    const all = await Promise.all([scrape(), scrape(), scrape()]);
    expect([reads, ...all.map((each) => each['target_calls_total{target="t",api="/a"}'])]).toEqual([1, 1, 1, 1]);
    await clock.advance(5_000);
    await scrape();
    expect(reads).toBe(1);
    await clock.advance(1);
    expect([(await scrape())['target_calls_total{target="t",api="/a"}'], reads]).toEqual([2, 2]);
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
      'target_calls_total{target="t",api="/a"}': 3,
    });
    broken = true;
    await clock.advance(6_000);
    expect(await scrape()).toEqual({ 'figures_readable{target="t"}': 0 });
    broken = false;
    expect(await scrape()).toEqual(whole);
  });
});
