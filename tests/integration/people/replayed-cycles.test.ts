import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pullFromWorkday } from "../../../src/compose/import.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { ImportResult } from "../../../src/import/run.ts";
import { compileWorkday } from "../../../src/import/workday/file.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { type EntraAccount, entraClient, type Tenant } from "../../support/identity/entra-client.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

/*
 * Entra ID over SCIM and a report of Workday have the same people: what each reads is what it wrote, so
 * joining them makes neither send anything again. With more of them: REPLAYED_PEOPLE=10000 npx jest
 * tests/integration/people/replayed-cycles
 */

const SIZE = Number(process.env.REPLAYED_PEOPLE ?? 120);
const TIME_MS = 60_000 + SIZE * 300;

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const account = (n: number, more: Partial<EntraAccount> = {}): EntraAccount => ({
  objectId: `5e7a6b1c-4d0f-4f55-8c7e-${String(n).padStart(12, "0")}`,
  userPrincipalName: `p${n}@example.com`,
  accountEnabled: true,
  displayName: `Person ${n}`,
  givenName: "Person",
  surname: String(n),
  employeeId: String(20_000 + n),
  mail: `p${n}@example.com`,
  mobile: `+852 5${String(1_000_000 + n)}`,
  jobTitle: n % 10 === 0 ? "Lead" : "Clerk",
  department: "Retail",
  city: "Kowloon",
  preferredLanguage: "zh-HK",
  ...(n % 10 === 0 ? {} : { manager: `5e7a6b1c-4d0f-4f55-8c7e-${String(n - (n % 10)).padStart(12, "0")}` }),
  ...more,
});

const worker = (n: number, more: object = {}) => ({
  Employee_ID: String(20_000 + n),
  Preferred_Name: `Person ${n}`,
  Business_Title: n % 10 === 0 ? "Lead" : "Clerk",
  Work_Email: `p${n}@example.com`,
  Mobile: `+852 5${String(1_000_000 + n)}`,
  Manager: n % 10 === 0 ? "" : String(20_000 + n - (n % 10)),
  Status: "Active",
  ...more,
});

const numbers = Array.from({ length: SIZE }, (_, n) => n);
const tenant = (accounts: readonly EntraAccount[]): Tenant => ({
  accounts,
  groups: ["Sales", "Works"].map((displayName, at) => ({
    objectId: `9e7a6b1c-0000-4f55-8c7e-00000000000${at}`,
    displayName: `HK/${displayName}`,
    members: accounts.filter((_, n) => n % 2 === at).map(({ objectId }) => objectId),
  })),
});

let product: Product;
afterEach(() => product.close());

async function open(join_: string) {
  const folder = mkdtempSync(join(temporaryRoot(), "replayed-"));
  const MAPPING_FILE = join(folder, "mapping.yaml");
  writeFileSync(
    MAPPING_FILE,
    `${DEFAULT_MAPPING}\nsources:\n  join: [${join_}]\n  authority: { order: [workday, entra] }\n`,
  );
  product = await openProduct({ settings: { MAPPING_FILE } });
  const entra = entraClient(product, await product.token(["provision"], "entra"));
  await product.token(["provision"], "workday");
  await product.startSync({ MAPPING_FILE });
  const sourceId = (await product.pool.query("select id from sources where name = 'workday'")).rows[0]
    .id as string;
  const report = `version: 1
report: { url: "${product.dingtalk}/ccx/service/customreport2/acme/ISU/Workers" }
columns:
  employeeNumber: row.Employee_ID
  displayName: row.Preferred_Name
  title: row.Business_Title
  email: row.Work_Email
  mobile: row.Mobile
  manager: row.Manager
  active: row.Status
`;
  const WORKDAY_FILE = join(folder, "workday.yaml");
  writeFileSync(WORKDAY_FILE, report);
  const config = parseConfig({
    DATA_DIR: folder,
    MAPPING_FILE,
    WORKDAY_FILE,
    WORKDAY_USERNAME: "sandbox",
    WORKDAY_PASSWORD: "sandbox",
  });
  const reading = {
    plan: compileWorkday(report),
    settings: config.workday!,
    reading: { kind: "everybody" as const },
    sourceId,
    writes: true,
  };
  return {
    entra,
    /** One reading of everybody. */
    async pull(rows: readonly object[]): Promise<ImportResult> {
      await product.control("workday", { report: "Workers", rows });
      return pullFromWorkday(
        { config, pool: product.pool, vault: testVault, clock: systemClock },
        { ...reading, signal: AbortSignal.timeout(TIME_MS) },
      );
    },
  };
}

/** Calls to DingTalk that write, once nothing is left to do. */
async function writes(): Promise<number> {
  const deadline = systemClock.monotonicMs() + TIME_MS;
  while (
    (await product.pool.query("select 1 from entity_states where state in ('due', 'waiting') limit 1")).rows
      .length > 0
  ) {
    if (systemClock.monotonicMs() > deadline) throw new Error(`something is due after ${TIME_MS} ms`);
    await systemClock.sleep(20);
  }
  const calls = Object.entries(await product.calls()).filter(([path]) =>
    /\/(create|update|delete)/i.test(path),
  );
  return calls.reduce((sum, [, count]) => sum + count, 0);
}

/** What was to be written to DingTalk since the event `last`, and why. */
const intentsSince = async (last: string): Promise<readonly object[]> =>
  (
    await product.pool.query(
      "select id, subject, attributes, detail, causes from history where code = 'target.intent' and id > $1 order by id limit 10",
      [last],
    )
  ).rows;
const lastEvent = async (): Promise<string> =>
  (await product.pool.query("select id from history order by id desc limit 1")).rows[0].id;

/** All that any source has written. */
const written = async (): Promise<number> =>
  (
    await product.pool.query(
      "select (select sum(version) from users)::int + (select sum(version) from groups)::int as n",
    )
  ).rows[0].n;

async function acceptAll(): Promise<number> {
  let accepted = 0;
  for (;;) {
    const { body } = await product.send("GET", "/api/joins?state=proposed&count=100");
    if (body.joins.length === 0) return accepted;
    for (const { id } of body.joins) {
      expect((await product.send("POST", `/api/joins/${id}/accept`)).status).toBe(200);
      accepted += 1;
    }
  }
}

const NOTHING = { kind: "done", unchanged: SIZE, people: [], departments: [], problems: [] };

test.each([
  ["asked about", "{ by: employeeNumber }"],
  ["joined by their number", "{ by: employeeNumber, decide: join }"],
])(
  "equal people, %s: DingTalk gets nothing, and no source sends anything in its next cycle",
  async (_name, join_) => {
    const began = performance.now();
    const { entra, pull } = await open(join_);
    const company = tenant(numbers.map((n) => account(n)));
    const workers = numbers.map((n) => worker(n));
    expect(await entra.cycle(company)).not.toEqual([]);
    const before = await writes();
    expect((await product.remote()).users).toHaveLength(SIZE);
    const afterFirst = await written();
    const settled = await lastEvent();
    expect(await entra.cycle(company)).toEqual([]);
    expect([await written(), await writes()]).toEqual([afterFirst, before]);

    expect(await pull(workers)).toMatchObject({ kind: "done", unchanged: 0, problems: [] });
    const known = await written();
    expect(await writes()).toBe(before);
    // Not one yet, or one already: neither source sees a difference.
    const cycles = async () => {
      expect(await entra.cycle(company)).toEqual([]);
      expect(await pull(workers)).toMatchObject(NOTHING);
      const sent = await writes();
      expect(await intentsSince(settled)).toEqual([]);
      expect([await written(), sent]).toEqual([known, before]);
    };
    await cycles();
    const accepted = await acceptAll();
    expect(accepted).toBe(join_.includes("decide") ? 0 : SIZE);
    expect((await product.pool.query("select count(*)::int as n from people")).rows[0].n).toBe(SIZE);
    expect(await writes()).toBe(before);
    await cycles();
    expect((await product.remote()).users).toHaveLength(SIZE);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    process.stdout.write(
      `${SIZE} people in two sources, ${accepted} accepted: 0 writes of either source, 0 to DingTalk, ${seconds} s\n`,
    );
  },
  TIME_MS * 2,
);

test("values that differ: each source goes on reading its own, and sends nothing again", async () => {
  const { entra, pull } = await open("{ by: employeeNumber, decide: join }");
  const people = [0, 1, 2, 3].map((n) =>
    account(n, {
      displayName: `Entra ${n}`,
      jobTitle: "Of Entra",
      mobile: `+85259${n}00000`,
      userPrincipalName: `UPN${n}@example.com`,
    }),
  );
  const workers = [0, 1, 2, 3].map((n) =>
    worker(n, { Business_Title: "Of Workday", Manager: n === 0 ? "" : "20000" }),
  );
  await entra.cycle(tenant(people));
  await pull(workers);
  const before = await writes();
  const known = await written();
  expect((await product.remote()).users.map(({ title }) => title)).toEqual(workers.map(() => "Of Workday"));
  for (let round = 0; round < 2; round++) {
    expect(await entra.cycle(tenant(people))).toEqual([]);
    expect(await pull(workers)).toMatchObject({ kind: "done", unchanged: 4, people: [], problems: [] });
  }
  expect([await written(), await writes()]).toEqual([known, before]);
  const read = await entra.read(people[1]!.objectId);
  expect(read).toMatchObject({
    userName: "UPN1@example.com",
    title: "Of Entra",
    [ENTERPRISE]: { employeeNumber: "20001" },
  });
  expect(read.phoneNumbers).toEqual([expect.objectContaining({ value: "+85259100000" })]);
  // What one source changes, it alone has changed.
  const [first, ...others] = people;
  expect(await entra.cycle(tenant([{ ...first!, jobTitle: "Of Entra, changed" }, ...others]))).toEqual([
    expect.stringMatching(/^PATCH \/Users\/\S+ title$/),
  ]);
  expect(await pull(workers)).toMatchObject({ kind: "done", unchanged: 4, people: [] });
  expect(await writes()).toBe(before);
});
