import type { JsonObject } from "../../../src/core/entity.ts";
import { createScheduleStore } from "../../../src/store/people/due.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { by, openSources, type Source, type Sources } from "./two-sources.ts";

/*
 * A contractor becomes an employee: the same human under another worker id, with another record of the same
 * source.
 */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const DAY_MS = 86_400_000;

let env: TestEnvironment;
let sources: Sources;
let workday: Source;
beforeEach(async () => {
  env = await openTestEnvironment();
  sources = await openSources(
    env,
    "  join: [{ by: employeeNumber, decide: join }, { by: email }]",
    ["workday"],
    { withDates: true },
  );
  workday = sources.source("workday");
  env.startWorker();
});
afterEach(() => env.close());

const later = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const day = (days: number): string => later(days).toISOString().slice(0, 10);

/** `n`: of the worker id, the login and the mobile number. */
const worker = (n: string, dates: JsonObject, more: JsonObject = {}): JsonObject => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, WORKER],
  userName: `login-${n}`,
  displayName: `Mei as ${n}`,
  active: true,
  emails: [{ type: "work", value: "mei@example.com", primary: true }],
  phoneNumbers: [{ type: "mobile", value: "+852 5123 0001" }],
  [ENTERPRISE]: { employeeNumber: n },
  [WORKER]: { contingent: n.startsWith("C"), ...dates },
  ...more,
});

const proposals = async () => (await sources.joins.list({ state: "proposed", count: 10 })).joins;
const remote = async () => (await env.state()).users;
async function timeGoesBy(days: number): Promise<void> {
  const { rules } = sources;
  const deps = { rules, vault: testVault, targets: ["dingtalk"], dates: sources.dates };
  await createScheduleStore(env.pool, deps).applyDue(later(days), new AbortController().signal);
}

test("told ahead by dates: proposed when the new record comes, and the account goes on without a gap", async () => {
  const contractor = await workday.create(worker("C1", {}));
  await env.quiet();
  const [account] = await remote();
  await workday.change(contractor, worker("C1", { terminationDate: day(20) }));
  const employee = await workday.create(worker("E1", { hireDate: day(21) }));
  await env.quiet();
  const [proposed] = await proposals();
  expect(proposed).toMatchObject({
    record: { id: employee },
    person: { id: contractor },
    matched: ["email"],
  });
  expect(await sources.joins.accept(proposed!.id, by())).toMatchObject({ kind: "done" });
  await env.quiet();
  expect(await remote()).toMatchObject([{ userid: account!.userid, name: "Mei as C1", job_number: "C1" }]);
  await timeGoesBy(25);
  await env.quiet();
  expect(await remote()).toMatchObject([{ userid: account!.userid, name: "Mei as E1", job_number: "E1" }]);
  const { rows } = await env.pool.query(
    "select code from history where subject = $1 and code in ('user.deactivated', 'user.deleted')",
    [contractor],
  );
  expect(rows).toEqual([]);
});

test("told on the day, the new record first: it waits for a decision and takes the account over", async () => {
  const contractor = await workday.create(worker("C1", {}));
  await env.quiet();
  const [account] = await remote();
  const employee = await workday.create(worker("E1", {}));
  await env.quiet();
  // Two who are there at the same time are two, as far as anybody knows; DingTalk refuses the second number.
  expect(await proposals()).toEqual([]);
  expect((await remote()).map(({ userid }) => userid)).toEqual([account!.userid]);
  await workday.change(contractor, { active: false });
  const [proposed] = await proposals();
  expect(proposed).toMatchObject({ record: { id: employee }, person: { id: contractor } });
  await env.quiet();
  expect(await sources.joins.accept(proposed!.id, by())).toMatchObject({ kind: "done" });
  await env.quiet();
  expect(await remote()).toMatchObject([{ userid: account!.userid, job_number: "E1" }]);
});

test("told on the day, the old record first", async () => {
  const contractor = await workday.create(worker("C1", {}));
  await env.quiet();
  const [account] = await remote();
  await workday.change(contractor, { active: false });
  const employee = await workday.create(worker("E1", {}));
  const [proposed] = await proposals();
  expect(proposed).toMatchObject({ record: { id: employee }, person: { id: contractor } });
  await env.quiet();
  expect(await remote()).toEqual([]);
  expect(await sources.joins.accept(proposed!.id, by())).toMatchObject({ kind: "done" });
  await env.quiet();
  expect(await remote()).toMatchObject([{ userid: account!.userid, job_number: "E1" }]);
  // The old record says nothing any more, and its end is none of the person's.
  await workday.remove(contractor);
  await env.quiet();
  expect(await remote()).toMatchObject([{ userid: account!.userid, job_number: "E1" }]);
});
