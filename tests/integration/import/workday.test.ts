import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pullFromWorkday, startWorkday, workdaySourceId } from "../../../src/compose/import.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createMeter } from "../../../src/core/meter.ts";
import { createTraffic } from "../../../src/http/monitoring/traffic.ts";
import { compileWorkday } from "../../../src/import/workday/file.ts";
import type { Reading } from "../../../src/import/workday/reading.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createPrisma } from "../../../src/store/access/prisma.ts";
import { createSources } from "../../../src/store/access/sources.ts";
import { readFacts } from "../../../src/store/alerts/facts.ts";
import { createReadingStore } from "../../../src/store/import/readings.ts";
import { TARGET } from "../../../src/targets/target-name.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

let product: Product;
let sourceId: string;
let dataDir: string;
beforeAll(async () => {
  product = await openProduct();
  await product.token(["provision"], "workday");
  sourceId = (await product.pool.query("select id from sources where name = 'workday'")).rows[0].id;
  dataDir = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-workday-"));
});
afterAll(() => product.close());

const EVERYBODY: Reading = { kind: "everybody" };
const fileText = () => `version: 1
report:
  url: ${product.dingtalk}/ccx/service/customreport2/acme/ISU/Workers
  updated: { from: Updated_From, through: Updated_Through }
everyMinutes: 15
columns:
  employeeNumber: row.Employee_ID
  displayName: firstOf(row.Preferred_Name, row.Legal_Name)
  title: row.Business_Title
  mobile: row.Mobile
  departments: row.Organization_Path
  active: row.Status
`;

function app() {
  const file = join(dataDir, "workday.yaml");
  writeFileSync(file, fileText());
  const config = parseConfig({
    DATA_DIR: dataDir,
    WORKDAY_FILE: file,
    WORKDAY_USERNAME: "sandbox",
    WORKDAY_PASSWORD: "sandbox",
  });
  return {
    config,
    pool: product.pool,
    vault: testVault,
    clock: systemClock,
    logger: silentLogger,
    traffic: createTraffic(),
    meter: createMeter(),
  };
}

function pulled(reading: Reading, confirmed?: number) {
  const given = app();
  return pullFromWorkday(given, {
    plan: compileWorkday(fileText()),
    settings: given.config.workday!,
    reading,
    sourceId,
    writes: true,
    ...(confirmed === undefined ? {} : { confirmed }),
    signal: AbortSignal.timeout(60_000),
  });
}

const worker = (number: number, more: object = {}) => ({
  Employee_ID: String(number),
  Legal_Name: `Worker ${number}`,
  Business_Title: "Clerk",
  Organization_Path: "Works",
  Status: "Active",
  Entered: "2026-01-01T00:00:00Z",
  ...more,
});
const report = (rows: readonly object[], more: object = {}) =>
  product.control("workday", { report: "Workers", rows, ...more });
const active = async () =>
  (
    await product.pool.query(
      "select employee_number_key as n from users where source_id = $1 and active order by 1",
      [sourceId],
    )
  ).rows.map(({ n }) => n);
const written = async () =>
  Number(
    (
      await product.pool.query(
        "select count(*) from history where source_id = $1 and (code like 'user.%' or code like 'group.%')",
        [sourceId],
      )
    ).rows[0].count,
  );

test("a report fills its source, and the same report again writes nothing; no report is left behind", async () => {
  const twenty = Array.from({ length: 20 }, (_, at) => worker(100 + at));
  await report(twenty);
  await pulled(EVERYBODY);
  expect(await active()).toHaveLength(20);
  const before = await written();
  expect(await pulled(EVERYBODY)).toMatchObject({ kind: "done", unchanged: 20, people: [], departments: [] });
  expect([await written(), readdirSync(dataDir).filter((name) => name.endsWith(".json"))]).toEqual([
    before,
    [],
  ]);
});

test("only a report of everybody concludes that somebody has left; one of nine tenths less applies nothing", async () => {
  await report(Array.from({ length: 17 }, (_, at) => worker(100 + at, { Business_Title: "Lead" })));
  expect(await pulled(EVERYBODY)).toMatchObject({ kind: "refused", reason: { inFile: 17, active: 20 } });
  expect(await active()).toHaveLength(20);
  const { rows } = await product.pool.query("select detail from history where code = 'people.importRefused'");
  expect(rows.map(({ detail }) => JSON.parse(detail))).toEqual([
    expect.objectContaining({ activeInFile: 17, active: 20, wrongRows: 0 }),
  ]);
  const refused = async () => (await readFacts(product.pool, TARGET, systemClock.now())).refusedImports;
  expect(await refused()).toEqual([{ sourceId, source: "workday", at: expect.any(Date) }]);
  await pulled(EVERYBODY, 17);
  expect(await active()).toHaveLength(17);
  expect(await refused()).toEqual([]);
});

test("a check makes no source and writes nothing", async () => {
  const given = app();
  const plan = compileWorkday(fileText().replace("report:", "source: workday-tried\nreport:"));
  const sources = createSources(createPrisma(product.pool), systemClock);
  const before = (
    await product.pool.query("select (select count(*) from history), (select count(*) from sources)")
  ).rows;
  const result = await pullFromWorkday(given, {
    plan,
    settings: given.config.workday!,
    reading: EVERYBODY,
    sourceId: await workdaySourceId(sources, plan, { actor: "cli", writes: false }),
    writes: false,
    signal: AbortSignal.timeout(60_000),
  });
  expect(result).toMatchObject({ kind: "done", people: { length: 17 } });
  expect(
    (await product.pool.query("select (select count(*) from history), (select count(*) from sources)")).rows,
  ).toEqual(before);
  expect(await sources.findByName("workday-tried")).toBeUndefined();
});

test("what was entered in a period changes those alone; an empty period changes nobody", async () => {
  const [from, through] = [new Date("2026-11-01"), new Date("2026-11-02")];
  const rows = Array.from({ length: 17 }, (_, at) => worker(100 + at, { Business_Title: "Lead" }));
  await report([...rows.slice(1), worker(100, { Business_Title: "Chief", Entered: "2026-11-01T12:00:00Z" })]);
  expect(await pulled({ kind: "updated", from, through })).toMatchObject({
    people: [{ action: "change", key: "100" }],
    unchanged: 0,
  });
  await report(rows);
  expect(await pulled({ kind: "updated", from, through })).toMatchObject({
    kind: "done",
    people: [],
    unchanged: 0,
  });
  expect(await active()).toHaveLength(17);
});

test.each([
  ["is cut off", { cutAfter: 200 }, /could not be read|ends too early/],
  ["is refused", { status: 403 }, /Workday answered 403: the account may not read this report/],
  ["is broken", { status: 503 }, /Workday answered 503/],
])("a report that %s changes nothing", async (_what, more, message) => {
  const before = await written();
  await report([worker(900), worker(901)], more);
  await expect(pulled(EVERYBODY)).rejects.toThrow(message);
  expect([await written(), readdirSync(dataDir).filter((name) => name.endsWith(".json"))]).toEqual([
    before,
    [],
  ]);
});

test("a column that drifts away is told by the rows, and changes nothing", async () => {
  const before = await written();
  await report(
    Array.from({ length: 17 }, (_, at) => ({
      ...worker(100 + at),
      Legal_Name: undefined,
      Preferred_Nam: "x",
    })),
  );
  const result = await pulled(EVERYBODY);
  expect(result).toMatchObject({
    kind: "refused",
    file: { problems: expect.arrayContaining([{ at: 1, text: "there is no name" }]) },
  });
  expect(await written()).toBe(before);
});

test("the schedule reads when it is due, in one of two processes, and by the history", async () => {
  await product.pool.query("alter table history disable trigger user");
  await product.pool.query("delete from history where actor = 'workday'");
  await product.pool.query("alter table history enable trigger user");
  await report(Array.from({ length: 17 }, (_, at) => worker(100 + at, { Business_Title: "Partner" })));
  const given = app();
  const two = [startWorkday(given, given.config.workday!), startWorkday(given, given.config.workday!)];
  const readings = createReadingStore(product.pool);
  await product.until(async () => (await readings.last(sourceId)).everybody !== undefined);
  await Promise.all(two.map((each) => each.stop()));
  const { rows } = await product.pool.query(
    "select count(*) from history where code = 'people.imported' and actor = 'workday'",
  );
  expect(Number(rows[0].count)).toBe(1);
  const third = startWorkday(given, given.config.workday!);
  await third.stop();
  expect(
    (
      await product.pool.query(
        "select count(*) from history where code = 'people.imported' and actor = 'workday'",
      )
    ).rows,
  ).toEqual(rows);
});
