import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { personDeps } from "../../../src/compose/person-deps.ts";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { Turns } from "../../../src/core/turns.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { startSchedule } from "../../../src/schedule/run.ts";
import { createScheduleStore } from "../../../src/store/people/due.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const MAPPING = `version: 1
zone: lookup("zones", workday.location, "Asia/Hong_Kong")
tables:
  zones: { London: Europe/London, "New York": America/New_York }
person:
  name: user.displayName
  title: user.title
  mobile: phone(phoneOf(user, "mobile"))
manager: enterprise.manager.value
sources: { join: [{ by: userName }] }
`;

/*
 * The time of the directory and of its dates, which a test puts forward; what is waited for passes as ever,
 * and the loop keeps the time it shares with DingTalk. Every test has a year of its own, in which nobody
 * reads this any more.
 */
let aheadMs = 0;
let year = 2089;
const clock: Clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + aheadMs) };
const at = (time: string): Date => new Date(`${year}-${time}Z`);
const setTime = (time: string): void => {
  aheadMs += at(time).getTime() - clock.now().getTime();
};

let product: Product;
let schedule: Turns;
let count = 0;
beforeAll(async () => {
  const file = join(mkdtempSync(join(temporaryRoot(), "dingtalk-scim-dates-")), "mapping.yaml");
  writeFileSync(file, MAPPING);
  product = await openProduct({ clock, settings: { MAPPING_FILE: file } });
  await product.startSync({ MAPPING_FILE: file }, { clock: systemClock });
  const mapping = compileMapping(MAPPING);
  schedule = startSchedule({
    store: createScheduleStore(product.pool, personDeps(mapping, testVault)),
    version: mapping.datesVersion,
    isWorking: () => true,
    clock,
    logger: silentLogger,
    lookMs: 100,
  });
});
afterAll(async () => {
  await schedule.stop();
  await product.close();
});
beforeEach(() => {
  year += 1;
  setTime("12-01T00:00:00");
});

const worker = (name: string, dates: object, more: object = {}) => ({
  schemas: [CORE, WORKER],
  userName: `${name.toLowerCase()}@example.com`,
  displayName: name,
  active: true,
  phoneNumbers: [{ type: "mobile", value: `+852 6100 ${String(++count).padStart(4, "0")}` }],
  ...more,
  [WORKER]: dates,
});
const add = async (body: object): Promise<string> => {
  const answer = await product.send("POST", "/scim/v2/Users", { body });
  expect(answer.status).toBe(201);
  return answer.body.id;
};
const patch = async (id: string, ...operations: readonly object[]): Promise<void> => {
  const answer = await product.send("PATCH", `/scim/v2/Users/${id}`, {
    body: { schemas: [PATCH], Operations: operations },
  });
  expect([200, 204]).toContain(answer.status);
};
const set = (id: string, attribute: string, value: unknown) =>
  patch(id, { op: "replace", path: `${WORKER}:${attribute}`, value });
const read = async (id: string) => (await product.send("GET", `/scim/v2/Users/${id}`)).body;
const there = async (name: string) => (await product.remote()).users.find((user) => user.name === name);
const isThere = async (name: string): Promise<boolean> => (await there(name)) !== undefined;
/** Those of one millisecond come in any order. */
const codes = async (id: string): Promise<readonly string[]> => {
  const { rows } = await product.pool.query(
    "select code from history where subject = $1 and code not like 'target.%' and code <> 'user.updated' order by at, code",
    [id],
  );
  return rows.map(({ code }) => code);
};
const pending = async (id: string) =>
  (
    await product.pool.query(
      "select kind, day::text as day, zone, due_at from scheduled_changes where resource = $1 and state = 'scheduled' order by due_at",
      [id],
    )
  ).rows;
const isAlone = async (id: string): Promise<boolean> =>
  (await product.pool.query("select person_id from users where id = $1", [id])).rows[0].person_id === null;

test("a leaver of 31 December in Hong Kong is out on 1 January, and their source reads what it sent", async () => {
  const id = await add(worker("Mei", { terminationDate: `${year}-12-31` }));
  await product.until(() => isThere("Mei"));
  expect(await pending(id)).toEqual([
    { kind: "leave", day: `${year}-12-31`, zone: "Asia/Hong_Kong", due_at: at("12-31T16:00:00") },
  ]);
  setTime("12-31T15:59:30");
  await product.quiet();
  expect(await isThere("Mei")).toBe(true);
  setTime("12-31T16:00:00");
  await product.until(async () => !(await isThere("Mei")));
  // 00:05 there.
  expect(clock.now().getTime()).toBeLessThan(at("12-31T16:05:00").getTime());
  expect(await codes(id)).toEqual(["change.scheduled", "user.created", "change.applied", "user.deactivated"]);
  expect(await read(id)).toMatchObject({ active: true, [WORKER]: { terminationDate: `${year}-12-31` } });
  // What the source sends again is no change; that it agrees some day makes the record the whole truth again.
  await patch(id, { op: "replace", path: "active", value: true });
  expect(await codes(id)).toHaveLength(4);
  await patch(id, { op: "replace", path: "active", value: false });
  expect([await isAlone(id), (await codes(id)).slice(4)]).toEqual([true, ["record.updated"]]);
});

test("operators see what is to come, and whoever may not see values sees that something is", async () => {
  const id = await add(worker("Oda", { terminationDate: `${year}-12-31`, location: "London" }));
  await product.until(() => isThere("Oda"));
  const change = { kind: "leave", source: "default", id: expect.any(String) };
  const open = { day: `${year}-12-31`, zone: "Europe/London", at: `${year + 1}-01-01T00:00:00.000Z` };
  const shown = async (token?: string) =>
    (await product.send("GET", `/api/users/${id}`, token === undefined ? {} : { token })).body.scheduled;
  expect(await shown()).toEqual([
    { ...change, ...open, changes: { active: { before: true, after: false } } },
  ]);
  expect(await shown(await product.token(["history:read"]))).toEqual([
    { ...change, day: null, zone: null, at: null, changes: { active: {} } },
  ]);
});

test("a last day that cannot be read is kept and told, and one without an end is none", async () => {
  const id = await add(worker("Una", { terminationDate: "12/24/2026 12:00:00 AM", location: "London" }));
  const endless = await add(worker("Eve", { terminationDate: "9999-12-31", location: "London" }));
  await product.until(async () => (await isThere("Una")) && (await isThere("Eve")));
  await product.quiet();
  const { rows } = await product.pool.query(
    "select notes::text as notes from entity_states where entity_id = $1",
    [id],
  );
  expect(rows[0].notes).toContain("dateNotUnderstood");
  expect((await read(id))[WORKER].terminationDate).toBe("12/24/2026 12:00:00 AM");
  expect(await pending(endless)).toEqual([]);
});

test("a hire begins on the day, and nobody is told that somebody left", async () => {
  const id = await add(worker("Ana", { hireDate: `${year}-12-10`, location: "London" }));
  await product.quiet();
  expect([await isThere("Ana"), (await read(id)).active, await codes(id)]).toEqual([
    false,
    true,
    ["change.scheduled", "user.created"],
  ]);
  setTime("12-10T00:00:00");
  await product.until(() => isThere("Ana"));
  expect([await codes(id), await isAlone(id), await pending(id)]).toEqual([
    ["change.scheduled", "user.created", "change.applied", "user.activated"],
    true,
    [],
  ]);
});

test("a manager who has not been hired yet is not told to have left, and is set when they come", async () => {
  const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  const boss = await add(worker("Boss", { hireDate: `${year}-12-15` }));
  const id = await add(
    worker("Yan", {}, { schemas: [CORE, WORKER, ENTERPRISE], [ENTERPRISE]: { manager: { value: boss } } }),
  );
  await product.until(() => isThere("Yan"));
  await product.quiet();
  const { rows } = await product.pool.query(
    "select notes::text as notes from entity_states where entity_id = $1",
    [id],
  );
  expect(rows[0].notes).toContain("managerNotThere");
  setTime("12-14T16:00:00");
  await product.until(() => isThere("Boss"));
  await product.until(async () => "manager_userid" in ((await there("Yan")) ?? {}));
});

test("a day is corrected, rescinded, and told of afterwards", async () => {
  const id = await add(worker("Ben", {}));
  await product.until(() => isThere("Ben"));
  await set(id, "terminationDate", `${year}-12-20`);
  await set(id, "terminationDate", `${year}-12-24`);
  expect(await pending(id)).toMatchObject([{ day: `${year}-12-24` }]);
  await set(id, "location", "New York");
  expect(await pending(id)).toMatchObject([{ day: `${year}-12-24`, due_at: at("12-25T05:00:00") }]);
  await patch(id, { op: "remove", path: `${WORKER}:terminationDate` });
  expect([await pending(id), await isAlone(id)]).toEqual([[], true]);
  await set(id, "terminationDate", `${year}-11-15`);
  await product.until(async () => !(await isThere("Ben")));
  expect((await codes(id)).filter((code) => !code.startsWith("record."))).toEqual([
    "user.created",
    "change.scheduled",
    "change.rescheduled",
    "change.rescheduled",
    "change.rescinded",
    "change.applied",
    "user.deactivated",
  ]);
  // A mistake after all.
  await patch(id, { op: "remove", path: `${WORKER}:terminationDate` });
  await product.until(() => isThere("Ben"));
});

test("who is switched off before the last day is out at once", async () => {
  const id = await add(worker("Kai", { terminationDate: `${year}-12-31` }));
  await product.until(() => isThere("Kai"));
  await patch(id, { op: "replace", path: "active", value: false });
  await product.until(async () => !(await isThere("Kai")));
  expect([await pending(id), await isAlone(id)]).toEqual([[], true]);
});

test("values take effect on their day, and others at once", async () => {
  const id = await add(worker("Lin", {}, { title: "Clerk" }));
  await product.until(() => isThere("Lin"));
  await patch(
    id,
    { op: "replace", path: "title", value: "Lead" },
    { op: "replace", path: `${WORKER}:effectiveDate`, value: `${year}-12-15` },
  );
  await patch(id, { op: "replace", path: "displayName", value: "Lin Da" });
  expect((await read(id)).title).toBe("Lead");
  await product.until(() => isThere("Lin Da"));
  expect([(await there("Lin Da"))?.title, await pending(id)]).toEqual([
    "Clerk",
    [expect.objectContaining({ kind: "change", day: `${year}-12-15` })],
  ]);
  setTime("12-14T16:00:00");
  await product.until(async () => (await there("Lin Da"))?.title === "Lead");
  expect(await isAlone(id)).toBe(true);
});

test("a value that is sent again with an earlier day counts then, and others keep their day", async () => {
  const id = await add(worker("Ada", {}, { title: "Clerk" }));
  await product.until(() => isThere("Ada"));
  const both = (path: string, value: string, day: string) =>
    patch(id, { op: "replace", value: { [path]: value, [WORKER]: { effectiveDate: day } } });
  await both("title", "Lead", `${year}-12-15`);
  await both("nickName", "A", `${year}-12-20`);
  await both("title", "Lead", `${year}-12-01`);
  await product.until(async () => (await there("Ada"))?.title === "Lead");
  expect(await pending(id)).toEqual([expect.objectContaining({ kind: "change", day: `${year}-12-20` })]);
});

test("a record that goes takes what it scheduled along", async () => {
  const id = await add(worker("Uma", { terminationDate: `${year}-12-31` }));
  await product.until(() => isThere("Uma"));
  expect((await product.send("DELETE", `/scim/v2/Users/${id}`)).status).toBe(204);
  await product.until(async () => !(await isThere("Uma")));
  expect(
    (await product.pool.query("select count(*) from scheduled_changes where resource = $1", [id])).rows,
  ).toEqual([{ count: 0 }]);
});

test("of a joined person each record has its dates, and has them when it is separated", async () => {
  const entra = await product.token(["provision"], "entra");
  const id = await add(worker("Zoe", { terminationDate: `${year}-12-31` }));
  await product.until(() => isThere("Zoe"));
  const { [WORKER]: _none, ...plain } = worker("Zoe", {});
  const other = (
    await product.send("POST", "/scim/v2/Users", { token: entra, body: { ...plain, schemas: [CORE] } })
  ).body.id;
  const proposed = async () => (await product.send("GET", "/api/joins?state=proposed")).body.joins;
  await product.until(async () => (await proposed()).length === 1);
  expect((await product.send("POST", `/api/joins/${(await proposed())[0].id}/accept`)).status).toBe(200);
  const counts = async (record: string) =>
    (
      await product.pool.query(
        "select p.id, p.active from people p join users u on coalesce(u.person_id, u.id) = p.id where u.id = $1",
        [record],
      )
    ).rows[0];
  expect(await counts(other)).toEqual({ id, active: true });
  setTime("12-31T16:00:00");
  await product.until(async () => !(await isThere("Zoe")));
  expect((await product.send("POST", `/api/joins/records/${id}/separate`)).status).toBe(200);
  expect([await counts(id), await counts(other)]).toEqual([
    { id, active: false },
    { id: other, active: true },
  ]);
});
