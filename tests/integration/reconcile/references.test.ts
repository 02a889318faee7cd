import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { forecast, previewPerson } from "../../../src/reconcile/compare/preview.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  DINGTALK_GROUP,
  DINGTALK_USER,
  ENTERPRISE,
  notesOn,
  person,
  remote,
} from "./sample.ts";

/*
 * Whom a reference to a person means: by employee number or externalId, active or not, in any letter case,
 * and in whatever order they come.
 */

keepDatabase();
let env: TestEnvironment;
afterEach(() => env.close());

const numbered = (name: string, employeeNumber: string, more = {}) =>
  person(name, { [ENTERPRISE]: { employeeNumber }, ...more });
const reporting = (name: string, to: string) => person(name, { [ENTERPRISE]: { manager: { value: to } } });
const managerOf = async (id: string) => (await remote(env, id))?.manager_userid ?? "";

describe("of people", () => {
  beforeEach(async () => {
    env = await openTestEnvironment({ retryBaseMs: 2_000 });
  });

  test("an inactive record with the same number or externalId is passed over", async () => {
    await env.addUser(numbered("Old", "726", { active: false, externalId: "EXT-1" }));
    const fresh = await env.addUser(numbered("New", "726", { externalId: "EXT-1" }));
    const byNumber = await env.addUser(reporting("A", "726"));
    const byExternalId = await env.addUser(reporting("B", "EXT-1"));
    env.startWorker();
    await env.quiet();
    expect([await managerOf(byNumber), await managerOf(byExternalId)]).toEqual([fresh, fresh]);
  });

  test("two active ones are a note, until one of them leaves", async () => {
    const first = await env.addUser(numbered("First", "726"));
    const second = await env.addUser(numbered("Second", "726"));
    const report = await env.addUser(reporting("Report", "726"));
    env.startWorker();
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    expect(await notesOn(env, report)).toContain("manager: severalManagers");
    await change(env, first, { active: false });
    await env.quiet();
    expect(await managerOf(report)).toBe(second);
  });

  test("one of two is deleted: the other one is meant", async () => {
    const first = await env.addUser(numbered("First", "726"));
    const second = await env.addUser(numbered("Second", "726"));
    const report = await env.addUser(reporting("Report", "726"));
    const group = await addGroup(env, {
      displayName: "Ops",
      [DINGTALK_GROUP]: { managers: [{ value: "726" }] },
    });
    await env.groups.change(env.context, group, {
      members: { kind: "delta", add: [first, second], remove: [] },
    });
    env.startWorker();
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    await env.users.remove(env.context, first);
    await env.quiet();
    expect(await managerOf(report)).toBe(second);
    expect(
      (await env.state()).departments.find(({ name }) => name === "Ops")!.dept_manager_userid_list,
    ).toEqual([second]);
    expect(await notesOn(env, report)).not.toContain("manager: severalManagers");
  });

  test("who is named in other letters is waited for and found when they come", async () => {
    const report = await env.addUser(reporting("Report", "hk-1a-ß-ж"));
    const group = await addGroup(env, {
      displayName: "Ops",
      [DINGTALK_GROUP]: { managers: [{ value: "Hk-1A-ß-Ж" }] },
    });
    env.startWorker();
    await env.quiet();
    const boss = await env.addUser(numbered("Boss", "HK-1a-ß-Ж"));
    await env.groups.change(env.context, group, { members: { kind: "delta", add: [boss], remove: [] } });
    await env.quiet();
    expect(await managerOf(report)).toBe(boss);
    expect(
      (await env.state()).departments.find(({ name }) => name === "Ops")!.dept_manager_userid_list,
    ).toEqual([boss]);
  });
});

describe("a manager who has left and is still in DingTalk", () => {
  const GRACE = "version: 1\ngrace: { regular: 24h, enterprise: 24h, keepsAccess: true }\n";
  const NONE = "version: 1\nlimits: { peopleRemoved: { atLeast: 0, percent: 0 } }\n";

  /** A boss and a report, and a department that they lead. */
  async function team(policy: string | undefined, accountType: string) {
    env = await openTestEnvironment({ retryBaseMs: 2_000, ...(policy === undefined ? {} : { policy }) });
    const boss = await env.addUser(numbered("Boss", "HK1", { [DINGTALK_USER]: { accountType } }));
    const report = await env.addUser(reporting("Report", "HK1"));
    await addGroup(env, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: "HK1" }] } }, [
      boss,
      report,
    ]);
    env.startWorker();
    await env.quiet();
    expect(await led(report)).toEqual([boss, [boss]]);
    return { boss, report };
  }
  const led = async (report: string) => [
    await managerOf(report),
    (await env.state()).departments.find(({ name }) => name === "Ops")!.dept_manager_userid_list,
  ];

  test.each([
    ["switched off in a grace", "sso", GRACE],
    ["unchanged in a grace", "regular", GRACE],
    ["held by a limit", "regular", NONE],
    ["switched off for good", "sso", undefined],
  ])("and is %s leads nobody, and leads again on coming back", async (_how, accountType, policy) => {
    const { boss, report } = await team(policy, accountType);
    await change(env, boss, { active: false });
    await env.quiet();
    expect(await remote(env, boss)).toBeDefined();
    expect(await led(report)).toEqual(["", []]);
    expect(await notesOn(env, report)).toEqual(["manager: managerLeft"]);
    await change(env, boss, { active: true });
    await env.quiet();
    expect(await led(report)).toEqual([boss, [boss]]);
    expect(await notesOn(env, report)).toEqual([]);
  });

  test("and is protected there leads nobody", async () => {
    const { boss, report } = await team(undefined, "regular");
    await env.control("edit", { call: "admin", body: { userid: boss, sys_level: 2 } });
    await change(env, boss, { active: false });
    await env.quiet();
    expect(await remote(env, boss)).toBeDefined();
    expect(await led(report)).toEqual(["", []]);
  });

  test("and is deleted in the directory leads nobody", async () => {
    const { boss, report } = await team(GRACE, "regular");
    await env.users.remove(env.context, boss);
    await env.quiet();
    expect(await remote(env, boss)).toBeDefined();
    expect(await led(report)).toEqual(["", []]);
    expect(await notesOn(env, report)).toEqual(["manager: unknownManager"]);
  });
});

describe("a number or externalId that changes", () => {
  beforeEach(async () => {
    env = await openTestEnvironment({ retryBaseMs: 2_000 });
  });

  const leaders = async (name: string) =>
    (await env.state()).departments.find((each) => each.name === name)!.dept_manager_userid_list;
  const renumber = (id: string, employeeNumber?: string) =>
    change(env, id, { [ENTERPRISE]: employeeNumber === undefined ? {} : { employeeNumber } });

  /** Two bosses in one department that names its manager as `named`, and somebody who reports to `named`. */
  async function company(named: string, ofBoss: JsonObject, ofOther: JsonObject) {
    const boss = await env.addUser(person("Boss", ofBoss));
    const other = await env.addUser(person("Other", ofOther));
    const report = await env.addUser(reporting("Report", named));
    const group = await addGroup(env, {
      displayName: "Ops",
      [DINGTALK_GROUP]: { managers: [{ value: named }] },
    });
    await env.groups.change(env.context, group, {
      members: { kind: "delta", add: [boss, other], remove: [] },
    });
    env.startWorker();
    await env.quiet();
    return { boss, other, report };
  }
  const number = (employeeNumber: string): JsonObject => ({ [ENTERPRISE]: { employeeNumber } });

  test("by employee number, in other letters and widths: who named it hears of it, person and department", async () => {
    const { boss, other, report } = await company("ｈｋé１", number("HK9"), number("HK2"));
    expect([await managerOf(report), await leaders("Ops")]).toEqual(["", []]);
    // Given.
    await renumber(boss, "HKÉ1");
    await env.quiet();
    expect([await managerOf(report), await leaders("Ops")]).toEqual([boss, [boss]]);
    // Handed on: the first gives it up, another gets it.
    await renumber(boss, "HK3");
    await renumber(other, "hKÉ１");
    await env.quiet();
    expect([await managerOf(report), await leaders("Ops")]).toEqual([other, [other]]);
    // Taken away.
    await renumber(other);
    await env.quiet();
    expect([await managerOf(report), await leaders("Ops")]).toEqual(["", []]);
  });

  test("by externalId", async () => {
    const { boss, other, report } = await company("ext-1", { externalId: "ext-1" }, { externalId: "ext-2" });
    expect([await managerOf(report), await leaders("Ops")]).toEqual([boss, [boss]]);
    await change(env, boss, { externalId: "ext-3" });
    await env.quiet();
    expect([await managerOf(report), await leaders("Ops")]).toEqual(["", []]);
    await change(env, other, { externalId: "ext-1" });
    await env.quiet();
    expect([await managerOf(report), await leaders("Ops")]).toEqual([other, [other]]);
  });

  test("does not concern those who report, where another attribute changes", async () => {
    const { boss } = await company("HK1", number("HK1"), number("HK2"));
    const generations = async () =>
      (
        await env.pool.query(
          "select entity_id as id, desired_generation as n from entity_states where kind = 'user' order by entity_id",
        )
      ).rows as {
        id: string;
        n: number;
      }[];
    const before = await generations();
    await change(env, boss, { title: "Head" });
    await env.quiet();
    const after = await generations();
    expect(after.filter(({ n }, at) => n !== before[at]!.n).map(({ id }) => id)).toEqual([boss]);
  });
});

test("plan and comparison find the manager that the run found, also where the mapping takes another attribute", async () => {
  env = await openTestEnvironment({
    mapping: DEFAULT_MAPPING.replace(/^manager: .*$/m, "manager: user.nickName"),
  });
  const boss = await env.addUser(person("Boss", { externalId: "boss" }));
  const report = await env.addUser(person("Report", { nickName: "boss" }));
  env.startWorker();
  await env.quiet();
  expect(await managerOf(report)).toBe(boss);
  const preview = await previewPerson(env.connect(), report);
  expect(preview!.forecast).toMatchObject({
    kind: "plan",
    plan: { action: "none" },
    desired: { attributes: { manager: boss } },
  });
  const ref = { kind: "user", id: report } as const;
  expect(await forecast(env.connect(), ref, preview!.actual!)).toMatchObject({
    kind: "plan",
    plan: { action: "none" },
  });
});

describe.each([
  ["nickName", "user.nickName", (named: string) => ({ nickName: named })],
  ["costCenter", "enterprise.costCenter", (named: string) => ({ [ENTERPRISE]: { costCenter: named } })],
])("a mapping that takes the manager from %s", (_name, rule, naming) => {
  beforeEach(async () => {
    env = await openTestEnvironment({
      retryBaseMs: 2_000,
      mapping: DEFAULT_MAPPING.replace(/^manager: .*$/m, `manager: ${rule}`),
    });
  });

  test("sets, changes and clears it as soon as the directory does", async () => {
    const report = await env.addUser(person("Report", naming("HK-1")));
    env.startWorker();
    await env.quiet();
    expect(await notesOn(env, report)).toContain("manager: unknownManager");
    // Comes.
    const boss = await env.addUser(numbered("Boss", "hk-1"));
    const other = await env.addUser(numbered("Other", "hk-2"));
    await env.quiet();
    expect(await managerOf(report)).toBe(boss);
    // Has another number, by which another one is known from then on.
    await change(env, boss, { [ENTERPRISE]: { employeeNumber: "hk-3" } });
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    await change(env, other, { externalId: "HK-1" });
    await env.quiet();
    expect(await managerOf(report)).toBe(other);
    // Leaves, comes back, and is deleted.
    await change(env, other, { active: false });
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    await change(env, other, { active: true });
    await env.quiet();
    expect(await managerOf(report)).toBe(other);
    await env.users.remove(env.context, other);
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    expect(await notesOn(env, report)).toContain("manager: unknownManager");
  });

  test("does not let them miss one who comes late", async () => {
    await env.control("switches", { protectedMobiles: ["+852-61110000"] });
    const boss = await env.addUser(
      numbered("Boss", "HK-1", { phoneNumbers: [{ type: "mobile", value: "+852 61110000" }] }),
    );
    const report = await env.addUser(person("Report", naming("HK-1")));
    env.startWorker();
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    await env.control("edit", { call: "accept", body: { mobile: "+852-61110000" } });
    await env.pool.query("update entity_states set next_at = now() where state = 'waiting'");
    await env.quiet();
    expect(await managerOf(report)).toBe(boss);
  });
});
