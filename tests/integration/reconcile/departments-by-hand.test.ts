import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { addGroup, change, changeGroup, DINGTALK_GROUP, members, person, remote, stateOf } from "./sample.ts";
import { byHand, compare, DEPARTMENT, departmentOf, ends, stranger, theirDepartment, USER } from "./story.ts";

/* Somebody edits departments in DingTalk while the directory changes the same ones. */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 5 });
  env.startWorker();
});
afterEach(() => env.close());

const sit = (userid: string, ...departments: number[]) =>
  byHand(env, USER.update, { userid, dept_id_list: departments.join(",") });
const edit = async (name: string, body: object) =>
  byHand(env, DEPARTMENT.update, { dept_id: await departmentOf(env, name), ...body });
const rename = (name: string, to: string) => edit(name, { name: to });
const move = async (name: string, under: string) => edit(name, { parent_id: await departmentOf(env, under) });
const remove = async (name: string) =>
  byHand(env, DEPARTMENT.delete, { dept_id: await departmentOf(env, name) });
const add = (group: string, ...ids: string[]) => members(env, group, { add: ids });
const call = (group: string, displayName: string) => changeGroup(env, group, { displayName });

/** Li in Sales, Wu in Ops. */
async function twoTeams() {
  const [li, wu] = [await env.addUser(person("Li")), await env.addUser(person("Wu"))];
  const [sales, ops] = [await env.addGroup("Sales", [li]), await env.addGroup("Ops", [wu])];
  await env.quiet();
  return { li, wu, sales, ops };
}

describe("renamed", () => {
  test("while its group gets a member", async () => {
    const { wu, sales } = await twoTeams();
    await rename("Sales", "Verkauf");
    await add(sales, wu);
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li", "Wu"] });
  });

  test("to the name that a new group gets", async () => {
    await twoTeams();
    await rename("Sales", "Retail");
    await env.addGroup("Retail", [await env.addUser(person("Ng"))]);
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li"], Retail: ["Ng"] });
  });

  test("to the name that its group gets", async () => {
    const { sales } = await twoTeams();
    await rename("Sales", "Retail");
    await call(sales, "Retail");
    await ends(env, { "": [], Ops: ["Wu"], Retail: ["Li"] });
  });

  test("two of them to the names of each other", async () => {
    await twoTeams();
    await rename("Sales", "Aside");
    await rename("Ops", "Sales");
    await rename("Aside", "Ops");
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li"] });
  });

  test("two of them to the names of each other, and so are their groups", async () => {
    const { sales, ops } = await twoTeams();
    await rename("Sales", "Aside");
    await rename("Ops", "Sales");
    await rename("Aside", "Ops");
    await call(sales, "Else");
    await call(ops, "Sales");
    await call(sales, "Ops");
    await ends(env, { "": [], Ops: ["Li"], Sales: ["Wu"] });
  });

  test("while its group is deleted", async () => {
    const { sales } = await twoTeams();
    await rename("Sales", "Verkauf");
    await env.groups.remove(env.context, sales);
    await ends(env, { "": ["Li"], Ops: ["Wu"] });
  });
});

describe("moved", () => {
  test("below another one of ours, while both groups are renamed", async () => {
    const { sales, ops } = await twoTeams();
    await move("Sales", "Ops");
    await call(sales, "Retail");
    await call(ops, "Works");
    await ends(env, { "": [], Works: ["Wu"], Retail: ["Li"] });
  });

  test("below the one that its group is to be above of", async () => {
    const { ops } = await twoTeams();
    await move("Sales", "Ops");
    await call(ops, "Sales/Ops");
    await ends(env, { "": [], Sales: ["Li"], "Sales/Ops": ["Wu"] });
  });

  test("below somebody else's", async () => {
    await twoTeams();
    const theirs = await theirDepartment(env, "Theirs");
    await stranger(env, "Yu", theirs);
    await move("Sales", "Theirs");
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li"], Theirs: ["Yu"] });
  });

  test("below somebody else's, while its group is deleted", async () => {
    const { sales } = await twoTeams();
    const theirs = await theirDepartment(env, "Theirs");
    await stranger(env, "Yu", theirs);
    await move("Sales", "Theirs");
    await env.groups.remove(env.context, sales);
    await ends(env, { "": ["Li"], Ops: ["Wu"], Theirs: ["Yu"] });
  });

  test("to where a stranger's of the same name is, in its old place", async () => {
    await twoTeams();
    await move("Sales", "Ops");
    await stranger(env, "Yu", await theirDepartment(env, "Sales"));
    await env.quiet();
    await compare(env);
    await env.quiet();
    expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["Li", "Wu", "Yu"]);
    const theirs = (await env.state()).departments.find(
      ({ name, source_identifier }) => name === "Sales" && !source_identifier,
    )!;
    await byHand(env, DEPARTMENT.update, { dept_id: theirs.dept_id, name: "Their sales" });
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li"], "Their sales": ["Yu"] });
  });

  test("a level is put between by hand, and the directory takes the upper one away", async () => {
    const li = await env.addUser(person("Li"));
    const [region, sales] = [await env.addGroup("HK"), await env.addGroup("HK/Sales", [li])];
    await env.quiet();
    const middle = await theirDepartment(env, "Middle", await departmentOf(env, "HK"));
    await edit("Sales", { parent_id: middle });
    await call(sales, "Sales");
    await env.groups.remove(env.context, region);
    await ends(env, { "": [], HK: [], "HK/Middle": [], Sales: ["Li"] }, { differing: 1 });
    await remove("Middle");
    await ends(env, { "": [], Sales: ["Li"] });
  });
});

describe("deleted", () => {
  test("while its group is renamed", async () => {
    const { li, sales } = await twoTeams();
    await sit(li, 1);
    await remove("Sales");
    await call(sales, "Retail");
    await ends(env, { "": [], Ops: ["Wu"], Retail: ["Li"] });
  });

  test("while its group is deleted", async () => {
    const { li, sales } = await twoTeams();
    await sit(li, 1);
    await remove("Sales");
    await env.groups.remove(env.context, sales);
    await ends(env, { "": ["Li"], Ops: ["Wu"] });
  });

  test("one of two of a person", async () => {
    const { li, ops } = await twoTeams();
    await add(ops, li);
    await env.quiet();
    await sit(li, await departmentOf(env, "Ops"));
    await remove("Sales");
    await ends(env, { "": [], Ops: ["Li", "Wu"], Sales: ["Li"] });
  });

  test("one of two of a person, who leaves the group of the other one", async () => {
    const { li, ops } = await twoTeams();
    await add(ops, li);
    await env.quiet();
    await sit(li, await departmentOf(env, "Ops"));
    await remove("Sales");
    await members(env, ops, { remove: [li] });
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li"] });
  });

  test("with those below, while a member comes", async () => {
    const li = await env.addUser(person("Li"));
    await env.addGroup("HK");
    const sales = await env.addGroup("HK/Sales");
    await env.addGroup("HK/Ops");
    await env.quiet();
    await remove("HK");
    await add(sales, li);
    await ends(env, { "": [], HK: [], "HK/Ops": [], "HK/Sales": ["Li"] });
  });

  test("and a stranger's of its name is made, until that one goes", async () => {
    const { li } = await twoTeams();
    await sit(li, 1);
    await remove("Sales");
    const theirs = await theirDepartment(env, "Sales");
    await stranger(env, "Yu", theirs);
    await compare(env);
    await env.quiet();
    expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["Li", "Wu", "Yu"]);
    await byHand(env, DEPARTMENT.update, { dept_id: theirs, name: "Their sales" });
    await ends(env, { "": [], Ops: ["Wu"], Sales: ["Li"], "Their sales": ["Yu"] });
  });
});

describe("used by others", () => {
  test.each(["cascade", "refuse"])(
    "a stranger in it, and a stranger's department below it, outlive its group (%s)",
    async (mode) => {
      await env.control("switches", { childDepartments: mode });
      const { sales } = await twoTeams();
      const below = await theirDepartment(env, "Theirs", await departmentOf(env, "Sales"));
      const yu = await stranger(env, "Yu", await departmentOf(env, "Sales"));
      await env.groups.remove(env.context, sales);
      await ends(env, { "": ["Li"], Ops: ["Wu"], Sales: ["Yu"], "Sales/Theirs": [] }, { differing: 1 });
      await sit(yu, 1);
      await byHand(env, DEPARTMENT.delete, { dept_id: below });
      await ends(env, { "": ["Li", "Yu"], Ops: ["Wu"] });
    },
  );

  test("a stranger's department that was moved below it goes along with a rename", async () => {
    const { sales } = await twoTeams();
    const theirs = await theirDepartment(env, "Theirs");
    await stranger(env, "Yu", theirs);
    await byHand(env, DEPARTMENT.update, { dept_id: theirs, parent_id: await departmentOf(env, "Sales") });
    await call(sales, "HK/Retail");
    await ends(env, { "": [], HK: [], "HK/Retail": ["Li"], "HK/Retail/Theirs": ["Yu"], Ops: ["Wu"] });
  });

  test("a path of the directory leads through a stranger's department of that name: all people are in, and it stays theirs", async () => {
    const { sales } = await twoTeams();
    await theirDepartment(env, "Retail", await departmentOf(env, "Ops"));
    await call(sales, "Ops/Retail/Sales");
    await env.quiet();
    await compare(env);
    await env.quiet();
    const { users, departments } = await env.state();
    expect(users.map(({ name }) => name).sort()).toEqual(["Li", "Wu"]);
    const retail = departments.filter(({ name }) => name === "Retail");
    expect(retail.map(({ source_identifier }) => source_identifier)).toEqual([undefined]);
  });
});

describe("settings that the directory says nothing of stay as they were set by hand", () => {
  test("order, hiding and code, through renames, moves and comparisons", async () => {
    const { sales } = await twoTeams();
    await edit("Sales", { order: 77, hide_dept: true, code: "S-1", outer_dept: true });
    await call(sales, "HK/Retail");
    await ends(env, { "": [], HK: [], "HK/Retail": ["Li"], Ops: ["Wu"] });
    const retail = (await env.state()).departments.find(({ name }) => name === "Retail");
    expect(retail).toMatchObject({ order: 77, hide_dept: true, code: "S-1", outer_dept: true });
  });
});

describe("a head of a department", () => {
  const led = async (boss: string, ...ids: string[]) =>
    addGroup(env, { displayName: "Board", [DINGTALK_GROUP]: { managers: [{ value: boss }] } }, [
      boss,
      ...ids,
    ]);

  test("who leaves while the department is deleted by hand", async () => {
    const [boss, li] = [await env.addUser(person("Boss")), await env.addUser(person("Li"))];
    await led(boss, li);
    await env.quiet();
    for (const id of [boss, li]) await sit(id, 1);
    await remove("Board");
    await change(env, boss, { active: false });
    await ends(env, { "": [], Board: ["Li"] });
  });

  test("whom somebody has made the head of another one too, and who leaves", async () => {
    const { wu } = await twoTeams();
    const boss = await env.addUser(person("Boss"));
    await led(boss);
    await env.quiet();
    const [board, ops] = [await departmentOf(env, "Board"), await departmentOf(env, "Ops")];
    await sit(boss, board, ops);
    await edit("Ops", { dept_manager_userid_list: boss });
    await env.users.remove(env.context, boss);
    await ends(env, { "": [], Board: [], Ops: ["Wu"], Sales: ["Li"] });
    expect(await remote(env, wu)).toBeDefined();
  });

  test.each(["dropped", "refused"])(
    "who was taken out of it by hand, and is put back as the head (%s)",
    async (managerLeavesDepartment) => {
      await env.control("switches", { managerLeavesDepartment });
      const boss = await env.addUser(person("Boss"));
      await led(boss);
      await env.quiet();
      await edit("Board", { dept_manager_userid_list: "", force_update_fields: "dept_manager_userid_list" });
      await sit(boss, 1);
      await ends(env, { "": [], Board: ["Boss"] }, { comparisons: 2 });
      expect(
        (await env.state()).departments.find(({ name }) => name === "Board")!.dept_manager_userid_list,
      ).toEqual([boss]);
      expect(await stateOf(env, "user", boss)).toMatchObject({ state: "inSync" });
    },
  );
});
