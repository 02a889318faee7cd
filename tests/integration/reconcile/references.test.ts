import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { forecast, previewPerson } from "../../../src/reconcile/compare/preview.ts";
import { type House, openHouse } from "../../support/house.ts";
import { addGroup, change, DINGTALK_GROUP, ENTERPRISE, notesOn, person, remote } from "./sample.ts";

/* Whom a reference to a person means: by employee number or externalId, active or not, in any letter case, and in whatever order they come. */

let house: House;
afterEach(() => house.close());

const numbered = (name: string, employeeNumber: string, more = {}) => person(name, { [ENTERPRISE]: { employeeNumber }, ...more });
const reporting = (name: string, to: string) => person(name, { [ENTERPRISE]: { manager: { value: to } } });
const managerOf = async (id: string) => (await remote(house, id))?.manager_userid ?? "";

describe("of people", () => {
  beforeEach(async () => {
    house = await openHouse({ retryBaseMs: 2_000 });
  });

  test("an inactive record with the same number or externalId is passed over", async () => {
    await house.addUser(numbered("Old", "726", { active: false, externalId: "EXT-1" }));
    const fresh = await house.addUser(numbered("New", "726", { externalId: "EXT-1" }));
    const byNumber = await house.addUser(reporting("A", "726"));
    const byExternalId = await house.addUser(reporting("B", "EXT-1"));
    house.startWorker();
    await house.quiet();
    expect([await managerOf(byNumber), await managerOf(byExternalId)]).toEqual([fresh, fresh]);
  });

  test("two active ones are a note, until one of them leaves", async () => {
    const first = await house.addUser(numbered("First", "726"));
    const second = await house.addUser(numbered("Second", "726"));
    const report = await house.addUser(reporting("Report", "726"));
    house.startWorker();
    await house.quiet();
    expect(await managerOf(report)).toBe("");
    expect(await notesOn(house, report)).toContain("manager: severalManagers");
    await change(house, first, { active: false });
    await house.quiet();
    expect(await managerOf(report)).toBe(second);
  });

  test("who is named in other letters is waited for and found when they come", async () => {
    const report = await house.addUser(reporting("Report", "hk-1a"));
    const group = await addGroup(house, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: "Hk-1A" }] } });
    house.startWorker();
    await house.quiet();
    const boss = await house.addUser(numbered("Boss", "HK-1a"));
    await house.groups.change(house.context, group, { members: { kind: "delta", add: [boss], remove: [] } });
    await house.quiet();
    expect(await managerOf(report)).toBe(boss);
    expect((await house.state()).departments.find(({ name }) => name === "Ops")!.dept_manager_userid_list).toEqual([boss]);
  });
});

test("plan and comparison find the manager that the run found, also where the mapping takes another attribute", async () => {
  house = await openHouse({ mapping: DEFAULT_MAPPING.replace(/^manager: .*$/m, "manager: user.nickName") });
  const boss = await house.addUser(person("Boss", { externalId: "boss" }));
  const report = await house.addUser(person("Report", { nickName: "boss" }));
  house.startWorker();
  await house.quiet();
  expect(await managerOf(report)).toBe(boss);
  const preview = await previewPerson(house.connect(), report);
  expect(preview!.forecast).toMatchObject({ kind: "plan", plan: { action: "none" }, desired: { attributes: { manager: boss } } });
  const ref = { kind: "user", id: report } as const;
  expect(await forecast(house.connect(), ref, preview!.actual!)).toMatchObject({ kind: "plan", plan: { action: "none" } });
});
