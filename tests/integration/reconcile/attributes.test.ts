import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { plainDepartmentName } from "../../../src/targets/dingtalk/attributes/text.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  chart,
  DINGTALK_GROUP,
  DINGTALK_USER,
  ENTERPRISE,
  notesOn,
  person,
  remote,
  stateOf,
} from "./sample.ts";

/* Issue by issue, what DingTalk holds in the end of what a person's record says. */

const WORKDAY = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";

keepDatabase();
let env: TestEnvironment;
const open = async (mapping = DEFAULT_MAPPING): Promise<void> => {
  env = await openTestEnvironment({ mapping });
};
afterEach(() => env.close());

const start = async (): Promise<void> => {
  env.startWorker();
  await env.quiet();
};
const notesOf = (id: string) => notesOn(env, id);
const forget = (id: string) =>
  env.pool.query("update links set attributes = null where entity_id = $1", [id]);
/** Another look at a person of whom nothing is remembered: the cost of a comparison that finds nothing. */
async function lookAgain(id: string, n: number): Promise<void> {
  await forget(id);
  await change(env, id, { nickName: `again ${n}` });
  await env.quiet();
}
const updates = async (): Promise<number> => (await env.calls())["/topapi/v2/user/update"]?.count ?? 0;

test("tables, days, extensions, limits and joins, in one call, and none when nothing changed", async () => {
  await open(
    DEFAULT_MAPPING.replace("version: 1\n", 'version: 1\ntables:\n  levels: { "6 manager": M6 }\n')
      .replace(
        / {2}extension\.Job level:.*\n/,
        '  extension.Job level: lookup("levels", workday.managementLevel, "other")\n',
      )
      .replace(/ {2}remark:.*\n/, '  remark: join([workday.company, workday.businessUnit], " / ")\n'),
  );
  // Where reads do not show an address, a forgotten one is sent once more.
  await env.control("switches", { emailShown: "always" });
  const id = await env.addUser(
    person("Chan\u202e  Mei", {
      title: "x".repeat(300),
      phoneNumbers: [
        { type: "mobile", value: "91234567" },
        { type: "work", value: "tel:+852-2345-6789;ext=204" },
      ],
      emails: [{ type: "work", value: "mei@example.com" }],
      [ENTERPRISE]: { employeeNumber: "21008", costCenter: "CC-1" },
      [WORKDAY]: {
        managementLevel: "6 Manager",
        hireDate: "2026-12-01",
        company: "EX-HK",
        businessUnit: "Shops",
        location: "Kowloon\n12",
      },
    }),
  );
  await start();
  expect(await remote(env, id)).toMatchObject({
    title: "x".repeat(200),
    state_code: "852",
    mobile: "91234567",
    telephone: "+85223456789ext204",
    hide_mobile: true,
    hired_date: Date.parse("2026-12-01T00:00:00+08:00"),
    work_place: "Kowloon 12",
    remark: "EX-HK / Shops",
    job_number: "21008",
    extension: JSON.stringify({ "Cost centre": "CC-1", "Job level": "M6" }),
  });
  expect([...(await notesOf(id))].sort()).toEqual([
    "departments: inRoot",
    "name: charactersRemoved",
    "title: cut",
  ]);
  await lookAgain(id, 1);
  expect(await env.calls()).toMatchObject({
    "/topapi/v2/user/create": { count: 1 },
    "/topapi/v2/user/get": { count: 1 },
  });
  expect(await updates()).toBe(0);
});

test("fields of DingTalk's administrators survive our updates, custom ones too", async () => {
  await open();
  const id = await env.addUser(person("Li", { [ENTERPRISE]: { costCenter: "CC-1" } }));
  await start();
  const theirs = {
    remark: "theirs",
    extension: JSON.stringify({ "Job level": "theirs" }),
    ext_attrs_update_mode: 1,
  };
  await env.control("edit", { call: "/topapi/v2/user/update", body: { userid: id, ...theirs } });
  await forget(id);
  await change(env, id, { [ENTERPRISE]: { costCenter: "CC-2" }, title: "Head" });
  await env.quiet();
  const { remark, title, extension } = (await remote(env, id))!;
  expect([remark, title, JSON.parse(String(extension))]).toEqual([
    "theirs",
    "Head",
    { "Cost centre": "CC-2", "Job level": "theirs" },
  ]);
});

test("a rule may clear, set a default, only begin, or never overwrite", async () => {
  await open(
    DEFAULT_MAPPING.replace(/ {2}title:.*\n/, "  title: { value: user.title, empty: clear }\n")
      .replace(/ {2}job_number:.*\n/, "  job_number: { value: enterprise.employeeNumber, when: onCreate }\n")
      .replace(
        / {2}work_place:.*\n/,
        "  work_place: { value: dingtalk.workPlace, default: Hong Kong, when: neverOverwrite }\n",
      ),
  );
  const id = await env.addUser(person("Li", { title: "Clerk", [ENTERPRISE]: { employeeNumber: "1" } }));
  await start();
  expect(await remote(env, id)).toMatchObject({ title: "Clerk", job_number: "1", work_place: "Hong Kong" });
  await change(env, id, {
    title: null,
    [ENTERPRISE]: { employeeNumber: "2" },
    [DINGTALK_USER]: { workPlace: "Kowloon" },
  });
  await env.quiet();
  const { title, job_number, work_place } = (await remote(env, id))!;
  expect([title ?? "", job_number, work_place]).toEqual(["", "1", "Hong Kong"]);
});

describe("a mobile number", () => {
  beforeEach(() => open());

  test("that DingTalk refuses to change is a note, the rest is sent, and the next change costs one call again", async () => {
    const id = await env.addUser(person("Li"));
    await start();
    const before = (await remote(env, id))!["mobile"];
    await env.control("edit", { call: "activate", body: { userid: id } });
    await change(env, id, { title: "Head", phoneNumbers: [{ type: "mobile", value: "+852 6111 2222" }] });
    await env.quiet();
    expect(await remote(env, id)).toMatchObject({ mobile: before, title: "Head" });
    expect(await stateOf(env, "user", id)).toMatchObject({ state: "inSync" });
    expect(await notesOf(id)).toEqual(["departments: inRoot", "mobile: mobileLocked"]);
    expect(await updates()).toBe(2);
    await change(env, id, { title: "Chief" });
    await env.quiet();
    expect(await updates()).toBe(3);
    expect(await notesOf(id)).toEqual(["departments: inRoot", "mobile: mobileLocked"]);
  });

  test("whose owner must consent leaves the person invited, until they accept", async () => {
    await env.control("switches", { protectedMobiles: ["+852-61112222"] });
    const id = await env.addUser(
      person("Li", { phoneNumbers: [{ type: "mobile", value: "+852 6111 2222" }] }),
    );
    const other = await env.addUser(person("Wu"));
    env.startWorker();
    for (let state = ""; state !== "waiting"; ) state = (await stateOf(env, "user", id))?.state ?? "";
    const { rows } = await env.pool.query(
      "select last_answer, remedy, attempts, next_at > now() + interval '5 hours' as later from entity_states where entity_id = $1",
      [id],
    );
    expect(rows).toEqual([
      { last_answer: "40103", remedy: expect.stringContaining("invitation"), attempts: 0, later: true },
    ]);
    expect(await remote(env, id)).toBeUndefined();
    await env.control("edit", { call: "accept", body: { mobile: "+852-61112222" } });
    await change(env, id, { title: "Head" });
    await env.quiet();
    expect(await remote(env, id)).toMatchObject({ title: "Head" });
    expect(await remote(env, other)).toBeDefined();
  });
});

describe("names of departments", () => {
  beforeEach(() => open());
  const names = async () =>
    (await env.state()).departments.filter(({ dept_id }) => dept_id !== 1).map(({ name }) => name);

  test("with characters DingTalk refuses get others that can be told apart on the way back, and stay as they are", async () => {
    const group = await addGroup(env, { displayName: "R-D, Asia，HK" });
    await start();
    const [name] = await names();
    expect(name).not.toMatch(/[-,，]/);
    expect(plainDepartmentName(name!)).toBe("R-D, Asia，HK");
    await env.pool.query("update links set attributes = null");
    await changeGroup(env, group, { [DINGTALK_GROUP]: { order: 2 } });
    await env.quiet();
    expect(await names()).toEqual([name]);
    expect(await env.calls()).toMatchObject({ "/topapi/v2/department/create": { count: 1, refused: 0 } });
  });

  test("that swap below one parent, with people inside, end swapped", async () => {
    const [a, b] = [await env.addUser(person("A")), await env.addUser(person("B"))];
    const one = await addGroup(env, { displayName: "One", [DINGTALK_GROUP]: { order: 1 } }, [a]);
    const two = await addGroup(env, { displayName: "Two", [DINGTALK_GROUP]: { order: 2 } }, [b]);
    await start();
    await changeGroup(env, one, { displayName: "Between" });
    await changeGroup(env, two, { displayName: "One" });
    await changeGroup(env, one, { displayName: "Two" });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], One: ["B"], Two: ["A"] });
  });
});

describe("limits of the tree", () => {
  beforeEach(() => open());

  test("a path of more than 20 levels is parked with its reason, and its people are noted, not lost", async () => {
    const id = await env.addUser(person("Li"));
    const group = await addGroup(
      env,
      { displayName: Array.from({ length: 21 }, (_, n) => `L${n}`).join("/") },
      [id],
    );
    await start();
    expect(await stateOf(env, "group", group)).toEqual({
      state: "parked",
      reason: "the department would be more than 20 levels deep",
    });
    expect(await chart(env)).toEqual({ "": ["Li"] });
  });

  test("a department whose group gets such a path stays with its people, and follows when it is mended", async () => {
    const id = await env.addUser(person("Li"));
    const group = await addGroup(env, { displayName: "HK/Retail" }, [id]);
    await start();
    await changeGroup(env, group, { displayName: Array.from({ length: 21 }, (_, n) => `L${n}`).join("/") });
    await env.quiet();
    expect(await stateOf(env, "group", group)).toEqual({
      state: "parked",
      reason: "the department would be more than 20 levels deep",
    });
    expect(await chart(env)).toEqual({ "": [], HK: [], "HK/Retail": ["Li"] });
    await changeGroup(env, group, { displayName: "HK/Shops" });
    await env.quiet();
    expect(await stateOf(env, "group", group)).toEqual({ state: "inSync", reason: null });
    expect(await chart(env)).toEqual({ "": [], HK: [], "HK/Shops": ["Li"] });
  });

  test.each([
    ["depth", { maxDepth: 2 }, "A/B/C", "60002"],
    ["width", { maxChildren: 1 }, "B", "60110"],
  ])(
    "DingTalk's own limit of %s parks that department only, and its people go on without it",
    async (_name, switches, path, answer) => {
      await env.control("switches", switches);
      await addGroup(env, { displayName: "A" });
      await start();
      const id = await env.addUser(person("Li"));
      await addGroup(env, { displayName: path }, [id]);
      await env.quiet();
      const { rows } = await env.pool.query(
        "select state, last_answer, remedy from entity_states where kind = 'department' and state <> 'inSync'",
      );
      expect(rows).toEqual([{ state: "parked", last_answer: answer, remedy: expect.stringMatching(/./) }]);
      expect(await remote(env, id)).toMatchObject({ dept_id_list: [1] });
      expect(await notesOf(id)).toEqual(["departments: notThere", "departments: inRoot"]);
    },
  );
});
