import type { JsonObject } from "../../../src/core/entity.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { by, openSources, personOf, type Sources } from "./two-sources.ts";

/* What dates of one record mean for the person of several. */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const COMING = "2199-06-01";
const PAST = "2020-01-31";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const person = (more: JsonObject = {}): JsonObject => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", WORKER],
  userName: "v1@example.com",
  displayName: "Person V1",
  active: true,
  emails: [{ type: "work", value: "v1@example.com", primary: true }],
  phoneNumbers: [{ type: "mobile", value: "+852 5123 0001" }],
  [ENTERPRISE]: { employeeNumber: "V1" },
  ...more,
});
const dated = (dates: JsonObject, more: JsonObject = {}): JsonObject => person({ [WORKER]: dates, ...more });

const open = (leaving = "any", names?: readonly string[]): Promise<Sources> =>
  openSources(
    env,
    `  join: [{ by: employeeNumber, decide: join }, { by: email }]\n  authority: { order: [workday, entra] }\n  leaving: ${leaving}`,
    names,
    { withDates: true },
  );

test.each(["any", "all", "authoritative"])(
  "a record that has not begun takes nobody out, in either order, leaving: %s",
  async (leaving) => {
    const { source } = await open(leaving);
    const [workday, entra] = [source("workday"), source("entra")];
    const id = await entra.create(person());
    env.startWorker();
    await env.quiet();
    expect((await env.state()).users).toHaveLength(1);
    const record = await workday.create(dated({ hireDate: COMING }));
    await env.quiet();
    expect((await personOf(env, id))?.records).toEqual([id, record].sort());
    expect((await env.state()).users).toHaveLength(1);
    // The day comes: by now the record says that they are there.
    await workday.change(record, { [WORKER]: { hireDate: PAST } });
    expect((await personOf(env, id))?.active).toBe(true);
    await workday.change(record, { active: false });
    expect((await personOf(env, id))?.active).toBe(leaving === "all");
  },
);

test("the one who is hired later is in as soon as another source has them, and out while nobody else does", async () => {
  const { source } = await open();
  const id = await source("workday").create(dated({ hireDate: COMING }));
  expect((await personOf(env, id))?.active).toBe(false);
  const other = await source("entra").create(person());
  expect((await personOf(env, id))?.active).toBe(true);
  await source("entra").change(other, { active: false });
  expect((await personOf(env, id))?.active).toBe(false);
});

test("a leaver who is to be hired again stays out until that day", async () => {
  const { source } = await open();
  const id = await source("entra").create(person());
  const record = await source("workday").create(dated({ hireDate: PAST }));
  await source("workday").change(record, { active: false });
  expect((await personOf(env, id))?.active).toBe(false);
  await source("workday").change(record, { active: true, [WORKER]: { hireDate: COMING } });
  expect((await personOf(env, id))?.active).toBe(false);
  // By the dates alone as well.
  await source("workday").change(record, { [WORKER]: { hireDate: COMING, terminationDate: PAST } });
  expect((await personOf(env, id))?.active).toBe(false);
});

test("another number is proposed where the one before has ended by its date", async () => {
  const { source, joins } = await open("any", ["workday"]);
  const before = await source("workday").create(dated({ terminationDate: PAST }));
  const now = await source("workday").create(
    person({ userName: "v2", [ENTERPRISE]: { employeeNumber: "V2" } }),
  );
  const { joins: found } = await joins.list({ state: "proposed", count: 10 });
  expect(found).toMatchObject([{ record: { id: now }, person: { id: before } }]);
  expect(await joins.accept(found[0]!.id, by())).toMatchObject({ kind: "done" });
  expect(await personOf(env, before)).toMatchObject({
    active: true,
    records: [before, now].sort(),
    document: { userName: "v2" },
  });
});

test("the same of a person whom another source keeps", async () => {
  const { source, joins } = await open("all");
  const id = await source("entra").create(person());
  await source("workday").create(dated({ terminationDate: PAST }));
  const now = await source("workday").create(
    person({ userName: "v2", [ENTERPRISE]: { employeeNumber: "V2" } }),
  );
  const { joins: found } = await joins.list({ state: "proposed", count: 10 });
  expect(found).toMatchObject([{ record: { id: now }, person: { id } }]);
});

test("two who are there in one source are two", async () => {
  const { source, joins } = await open("any", ["workday"]);
  await source("workday").create(dated({ terminationDate: COMING }));
  await source("workday").create(person({ userName: "v2", [ENTERPRISE]: { employeeNumber: "V2" } }));
  expect((await joins.list({ count: 10 })).joins).toEqual([]);
  expect(await joins.search(by())).toEqual({ joined: 0, proposed: 0 });
});

test("of values that differ the first one counts now, and not from a day to come", async () => {
  const { source, joins } = await open();
  const record = await source("workday").create(person({ title: "Clerk" }));
  await source("entra").create(person({ title: "Sales" }));
  await source("workday").change(record, { title: "Manager", [WORKER]: { effectiveDate: COMING } });
  const titles = (await joins.person(record))?.conflicts.find(({ attribute }) => attribute === "title");
  expect(titles?.values.map(({ value }) => value)).toEqual(["Clerk", "Sales"]);
});
