import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { change, changeGroup, chart, members, notesOn, person } from "./sample.ts";

/*
 * Departments keep their id at DingTalk, with everything administrators have set there, and renames cost what
 * a rename costs.
 */

const UPDATE = "/topapi/v2/department/update";
const READS = [
  "/topapi/v2/department/get",
  "/topapi/v2/department/listsub",
  "/topapi/v2/department/listsubid",
  "/topapi/v2/user/get",
];

keepDatabase();
let env: TestEnvironment;
afterEach(() => env.close());

const idsByName = async (): Promise<Record<string, number>> =>
  Object.fromEntries((await env.state()).departments.map(({ name, dept_id }) => [name, dept_id]));

let known: Readonly<Record<string, { readonly count: number; readonly refused: number }>> = {};
async function callsSince(): Promise<Record<string, number>> {
  const now = await env.calls();
  const made = Object.entries(now).flatMap(([api, { count }]) => {
    const more = count - (known[api]?.count ?? 0);
    return more > 0 ? [[api, more] as const] : [];
  });
  known = now;
  return Object.fromEntries(made);
}
const reads = (calls: Record<string, number>): number =>
  READS.reduce((sum, api) => sum + (calls[api] ?? 0), 0);
const start = async (options: Parameters<typeof openTestEnvironment>[0] = {}) => {
  known = {};
  env = await openTestEnvironment({ times: { settleMs: 15_000 }, retryBaseMs: 2_000, ...options });
  return env.startWorker();
};
/**
 * As a source does that allows no two groups one name: each gets another name first. The loop sees all of it
 * at once.
 */
async function renameAtOnce(
  worker: { stop(graceMs: number): Promise<void> },
  groups: readonly string[],
  names: readonly string[],
): Promise<void> {
  await worker.stop(2_000);
  for (const [at, group] of groups.entries()) await changeGroup(env, group, { displayName: `Aside ${at}` });
  for (const [at, group] of groups.entries()) await changeGroup(env, group, { displayName: names[at]! });
  env.startWorker();
  await env.quiet();
}

describe("a region and its five teams", () => {
  const TEAMS = [0, 1, 2, 3, 4];

  test.each<[string, readonly number[]]>([
    ["the region first", [-1, 0, 1, 2, 3, 4]],
    ["the region last", [3, 0, 4, 1, 2, -1]],
    ["the region in between", [2, 4, -1, 1, 0, 3]],
  ])("renamed with %s: one update, at most two reads, the ids stay", async (_name, order) => {
    await start();
    const region = await env.addGroup("Old");
    const teams: string[] = [];
    for (const at of TEAMS)
      teams.push(await env.addGroup(`Old/T${at}`, [await env.addUser(person(`P${at}`))]));
    await env.quiet();
    const before = await idsByName();
    await callsSince();
    for (const at of order)
      await changeGroup(env, at < 0 ? region : teams[at]!, { displayName: at < 0 ? "New" : `New/T${at}` });
    await env.quiet();
    const { Old, ...others } = before;
    expect(await idsByName()).toEqual({ ...others, New: Old });
    const calls = await callsSince();
    expect(calls[UPDATE]).toBe(1);
    expect(Object.values(calls).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3);
    expect(reads(calls)).toBeLessThanOrEqual(2);
  });

  test("that nobody stands for, renamed by its teams: the same", async () => {
    await start();
    const teams: string[] = [];
    for (const at of TEAMS) teams.push(await env.addGroup(`Old/T${at}`));
    await env.quiet();
    const before = await idsByName();
    await callsSince();
    for (const at of TEAMS) await changeGroup(env, teams[at]!, { displayName: `New/T${at}` });
    await env.quiet();
    expect((await idsByName())["New"]).toBe(before["Old"]);
    expect(await callsSince()).toEqual({ [UPDATE]: 1 });
  });

  test("of which one team stays gets a department of the old name for it", async () => {
    await start({ times: { settleMs: 500 } });
    const region = await env.addGroup("Old");
    const [stays = "", goes = ""] = [await env.addGroup("Old/T0"), await env.addGroup("Old/T1")];
    await env.quiet();
    const before = await idsByName();
    await changeGroup(env, region, { displayName: "New" });
    await changeGroup(env, goes, { displayName: "New/T1" });
    await env.quiet();
    expect(stays).not.toBe("");
    expect(Object.keys(await chart(env)).sort()).toEqual(["", "New", "New/T1", "Old", "Old/T0"]);
    const { Old, ...others } = before;
    expect(await idsByName()).toMatchObject({ ...others, New: Old });
  });
});

test("a group deleted and sent again at once costs nothing", async () => {
  await start();
  const people: string[] = [];
  for (const name of ["A", "B", "C"]) people.push(await env.addUser(person(name)));
  const group = await env.addGroup("HK/Sales", people);
  await env.quiet();
  await callsSince();
  await env.groups.remove(env.context, group);
  const again = await env.addGroup("HK/Sales");
  for (const id of people) await members(env, again, { add: [id] });
  await env.quiet();
  expect(await callsSince()).toEqual({});
  expect(await chart(env)).toEqual({ "": [], HK: [], "HK/Sales": ["A", "B", "C"] });
});

describe("an organisation that attributes name by its id", () => {
  const WORKDAY = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
  const mapping = DEFAULT_MAPPING.replace(
    "version: 1\n",
    "version: 1\ntrees:\n  orgs:\n    O-1: { name: Shops }\n",
  ).replace(
    "  from: groups\n",
    '  from: attributes\n  attributes:\n    - path: \'workday.contingent ? ["Others"] : treePath("orgs", workday.supervisoryOrganization)\'\n      main: true\n',
  );
  const at = (id: string, name: string) => ({
    [WORKDAY]: { supervisoryOrganization: { id, name, parentId: "O-1" } },
  });

  test("is renamed where it is, and nobody moves", async () => {
    await start({ mapping });
    const people: string[] = [];
    for (const name of ["A", "B", "C", "D"])
      people.push(await env.addUser(person(name, at("O-7", "Kowloon"))));
    await env.quiet();
    const before = await idsByName();
    await callsSince();
    for (const id of people) await change(env, id, at("O-7", "Kowloon West"));
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Shops: [], "Shops/Kowloon West": ["A", "B", "C", "D"] });
    expect((await idsByName())["Kowloon West"]).toBe(before["Kowloon"]);
    expect(await callsSince()).toEqual({ [UPDATE]: 1 });
  });
});

describe("names", () => {
  /** Every name a department ever had at DingTalk, from the calls that gave it one. */
  const refused = async () => Object.values(await env.calls()).reduce((sum, call) => sum + call.refused, 0);

  test.each<[string, string, string]>([
    [
      "the same in their first 64 characters",
      `${"Regional office ".repeat(4)}North`,
      `${"Regional office ".repeat(4)}South`,
    ],
    ["with two kinds of hyphen", "R-D", "R\u2010D"],
    ["with characters nobody sees", "Sales", "Sal\u200bes"],
    ["with other blanks", "Head office", "Head\u00a0 office"],
  ])(
    "%s: both departments exist, nobody is in the root, and each is told of the other",
    async (_name, one, other) => {
      await start({ times: { settleMs: 50 } });
      const a = await env.addUser(person("A"));
      const b = await env.addUser(person("B"));
      await env.addGroup(one, [a]);
      await env.quiet();
      await env.addGroup(other, [b]);
      await env.quiet();
      const places = await chart(env);
      expect(places[""]).toEqual([]);
      expect(Object.values(places).flat().sort()).toEqual(["A", "B"]);
      expect(Object.keys(places).filter((name) => name.endsWith(" (2)"))).toHaveLength(1);
      const { rows } = await env.pool.query("select id from departments where ordinal = 2");
      expect(await notesOn(env, rows[0].id)).toContain("name: nameShared");
      expect(await refused()).toBe(0);
    },
  );

  test("that change hands in a chain are renamed in order: no refusal, no other name in between", async () => {
    const worker = await start();
    const groups: string[] = [];
    for (const name of ["A", "B", "C"]) groups.push(await env.addGroup(name));
    await env.quiet();
    const before = await idsByName();
    await callsSince();
    await renameAtOnce(worker, groups, ["B", "C", "D"]);
    expect(await idsByName()).toMatchObject({ B: before["A"], C: before["B"], D: before["C"] });
    expect(await callsSince()).toMatchObject({ [UPDATE]: 3 });
    expect(await refused()).toBe(0);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["a swap", ["HK/A", "HK/B"], ["HK/B", "HK/A"]],
    ["a ring", ["A", "B", "C"], ["B", "C", "A"]],
  ])("%s: one of them has a number behind its name for a moment", async (_name, from, to) => {
    const worker = await start();
    const groups: string[] = [];
    for (const name of from) groups.push(await env.addGroup(name));
    await env.quiet();
    const before = await idsByName();
    await callsSince();
    await renameAtOnce(worker, groups, to);
    const last = (path: string) => path.split("/").at(-1)!;
    const expected = Object.fromEntries(to.map((path, at) => [last(path), before[last(from[at]!)]]));
    expect(await idsByName()).toMatchObject(expected);
    expect((await callsSince())[UPDATE]).toBeLessThanOrEqual(from.length + 2);
    expect(await refused()).toBe(0);
  });

  test("a department that moves below the new one of its old name", async () => {
    await start({ times: { settleMs: 500 } });
    const a = await env.addUser(person("A"));
    const sales = await env.addGroup("Sales", [a]);
    await env.quiet();
    const before = await idsByName();
    await changeGroup(env, sales, { displayName: "Sales/Retail" });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Sales: [], "Sales/Retail": ["A"] });
    expect((await idsByName())["Retail"]).toBe(before["Sales"]);
    expect(await refused()).toBe(0);
  });
});
