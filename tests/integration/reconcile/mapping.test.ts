import { systemClock } from "../../../src/core/clock.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import { putInForce } from "../../../src/reconcile/rules/change.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  chart,
  DINGTALK_GROUP,
  DINGTALK_USER,
  members,
  person,
  remote,
  stateOf,
} from "./sample.ts";

keepDatabase();
let env: TestEnvironment;
const withMapping = async (change: (text: string) => string): Promise<void> => {
  env = await openTestEnvironment({ mapping: change(DEFAULT_MAPPING) });
};
afterEach(() => env.close());

const departments =
  (lines: string) =>
  (text: string): string =>
    text.replace(/ {2}from: groups\n/, `${lines}\n`);
const parents = departments("  from: groups\n  structure: parent");
const nested = departments("  from: groups\n  structure: nested");
const outsider = { [DINGTALK_USER]: { external: true } };
const start = async (): Promise<void> => {
  env.startWorker();
  await env.quiet();
};

describe("external people", () => {
  beforeEach(() => withMapping((text) => text));

  test("without a group they sit in the department for externals, which is an outer department", async () => {
    await env.addUser(person("Guest", outsider));
    await env.addUser(person("Ours"));
    await start();
    expect(await chart(env)).toEqual({ "": ["Ours"], "External partners": ["Guest"] });
    const department = (await env.state()).departments.find(({ name }) => name === "External partners");
    expect(department).toMatchObject({ outer_dept: true });
  });

  test("they are left out of internal groups, and our own out of external ones", async () => {
    const guest = await env.addUser(person("Guest", outsider));
    const ours = await env.addUser(person("Ours"));
    await env.addGroup("Sales", [guest, ours]);
    await env.addGroup("External partners/Acme", [guest, ours]);
    await start();
    expect(await chart(env)).toEqual({
      "": [],
      Sales: ["Ours"],
      "External partners": [],
      "External partners/Acme": ["Guest"],
    });
  });

  test("what is below a department that says it is external is external as well", async () => {
    const ours = await env.addUser(person("Ours"));
    await env.addGroup("Vendors/Desk", [ours]);
    const vendors = await env.addGroup("Vendors");
    await start();
    expect(await chart(env)).toEqual({ "": [], Vendors: [], "Vendors/Desk": ["Ours"] });
    await changeGroup(env, vendors, { [DINGTALK_GROUP]: { external: true } });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Ours"], Vendors: [], "Vendors/Desk": [] });
    await changeGroup(env, vendors, { [DINGTALK_GROUP]: { external: false } });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Vendors: [], "Vendors/Desk": ["Ours"] });
  });
});

test("an external person without any place is held, not put into the root", async () => {
  await withMapping((text) => text.replace(/ {2}externalDefault:.*\n/, ""));
  const guest = await env.addUser(person("Guest", outsider));
  await start();
  expect(await chart(env)).toEqual({ "": [] });
  expect(await stateOf(env, "user", guest)).toEqual({
    state: "held",
    reason: "the person is external and in no external department",
  });
  const partners = await env.addGroup("External partners", [guest]);
  await env.quiet();
  expect(await chart(env)).toEqual({ "": [], "External partners": ["Guest"] });
  expect(await stateOf(env, "group", partners)).toMatchObject({ state: "inSync" });
});

describe("leavers", () => {
  test("parked: in the department for that, and back", async () => {
    await withMapping((text) =>
      text.replace("inactive: { regular: remove }", "inactive: { regular: park, parkIn: Left }"),
    );
    const id = await env.addUser(person("Leung"));
    await env.addGroup("Ops", [id]);
    await start();
    await change(env, id, { active: false });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Ops: [], Left: ["Leung"] });
    expect((await env.state()).departments.find(({ name }) => name === "Left")).toMatchObject({
      hide_dept: true,
    });
    await change(env, id, { active: true });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Ops: ["Leung"] });
  });

  test("parked: external people never beside our own", async () => {
    await withMapping((text) =>
      text.replace("inactive: { regular: remove }", "inactive: { regular: park, parkIn: Left }"),
    );
    const id = await env.addUser(person("Guest", outsider));
    await start();
    await change(env, id, { active: false });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [] });
  });

  test("kept: nothing changes", async () => {
    await withMapping((text) => text.replace("inactive: { regular: remove }", "inactive: { regular: keep }"));
    const id = await env.addUser(person("Leung"));
    await env.addGroup("Ops", [id]);
    await start();
    await change(env, id, { active: false });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Ops: ["Leung"] });
  });
});

describe("enterprise accounts", () => {
  const sso = { [DINGTALK_USER]: { accountType: "sso" }, phoneNumbers: [] };
  beforeEach(() => withMapping((text) => text));

  test("are switched off and on, and removed when deleted", async () => {
    const id = await env.addUser(person("Mak", sso));
    const ops = await env.addGroup("Ops", [id]);
    await start();
    expect(await remote(env, id)).toMatchObject({ exclusive_account: true });

    await change(env, id, { active: false, title: "Gone" });
    await env.quiet();
    expect(await remote(env, id)).toMatchObject({ disable_status: true });
    expect((await env.calls())["/v1.0/contact/orgAccounts/signOut"]!.count).toBe(1);

    await env.groups.remove(env.context, ops);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Mak"] });

    await change(env, id, { active: true });
    await env.quiet();
    const back = await remote(env, id);
    expect(back!["disable_status"] ?? false).toBe(false);
    expect(back!["title"]).toBe("Gone");

    await env.users.remove(env.context, id);
    await env.quiet();
    expect(await remote(env, id)).toBeUndefined();
  });

  test("are switched off, not removed, when nothing is remembered of them", async () => {
    const id = await env.addUser(person("Mak", sso));
    await start();
    await env.pool.query("update links set attributes = null where entity_id = $1", [id]);
    await change(env, id, { active: false });
    await env.quiet();
    expect(await remote(env, id)).toMatchObject({ disable_status: true });
  });
});

describe.each([
  ["parent", parents],
  ["nested", nested],
])("a tree stated by %s", (structure, text) => {
  beforeEach(() => withMapping(text));

  /** A group below another, stated in the way of the structure. */
  async function below(
    parent: string | undefined,
    displayName: string,
    people: readonly string[] = [],
  ): Promise<string> {
    if (structure === "parent")
      return addGroup(env, { displayName, ...(parent ? { [DINGTALK_GROUP]: { parent } } : {}) }, people);
    const id = await addGroup(env, { displayName }, people);
    if (parent) await members(env, parent, { add: [id] });
    return id;
  }
  async function move(id: string, from: string, to: string): Promise<void> {
    if (structure === "parent") return changeGroup(env, id, { [DINGTALK_GROUP]: { parent: to } });
    await members(env, from, { remove: [id] });
    await members(env, to, { add: [id] });
  }

  test("follows a rename and a move, and nobody else is called", async () => {
    const li = await env.addUser(person("Li"));
    const hk = await below(undefined, "HK");
    const cn = await below(undefined, "CN");
    const sales = await below(hk, "Sales");
    await below(sales, "Retail", [li]);
    await start();
    expect(await chart(env)).toEqual({ "": [], HK: [], CN: [], "HK/Sales": [], "HK/Sales/Retail": ["Li"] });

    await changeGroup(env, hk, { displayName: "Hong Kong" });
    await move(sales, hk, cn);
    await env.quiet();
    expect(await chart(env)).toEqual({
      "": [],
      "Hong Kong": [],
      CN: [],
      "CN/Sales": [],
      "CN/Sales/Retail": ["Li"],
    });
    expect((await env.calls())["/topapi/v2/user/update"]).toBeUndefined();
    expect((await env.calls())["/topapi/v2/department/create"]!.count).toBe(4);
  });

  test("a deleted group leaves those below at the top", async () => {
    const li = await env.addUser(person("Li"));
    const hk = await below(undefined, "HK");
    await below(hk, "Sales", [li]);
    await start();
    await env.groups.remove(env.context, hk);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Sales: ["Li"] });
  });
});

describe("parents named by the client", () => {
  beforeEach(() => withMapping(parents));

  test("a parent that comes after its child", async () => {
    const li = await env.addUser(person("Li"));
    await addGroup(env, { displayName: "Sales", [DINGTALK_GROUP]: { parent: "EXT1" } }, [li]);
    await start();
    await addGroup(env, { displayName: "HK", externalId: "EXT1" });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], HK: [], "HK/Sales": ["Li"] });
  });

  test("a circle is parked with its reason, and dissolves when it is mended", async () => {
    const a = await addGroup(env, { displayName: "A", [DINGTALK_GROUP]: { parent: "B" } });
    const b = await addGroup(env, { displayName: "B", [DINGTALK_GROUP]: { parent: "A" } });
    await start();
    const parked = { state: "parked", reason: "the groups above this one lead back to it" };
    expect([await stateOf(env, "group", a), await stateOf(env, "group", b)]).toEqual([parked, parked]);
    expect(await chart(env)).toEqual({ "": [] });
    await changeGroup(env, a, { [DINGTALK_GROUP]: {} });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], A: [], "A/B": [] });
  });
});

describe("parents in a circle later on", () => {
  beforeEach(() => withMapping(parents));

  test("leave the departments and their people where they are", async () => {
    const li = await env.addUser(person("Li"));
    const a = await addGroup(env, { displayName: "A", externalId: "A" });
    const b = await addGroup(env, { displayName: "B", externalId: "B", [DINGTALK_GROUP]: { parent: "A" } }, [
      li,
    ]);
    await start();
    const before = { "": [], A: [], "A/B": ["Li"] };
    expect(await chart(env)).toEqual(before);
    await changeGroup(env, a, { [DINGTALK_GROUP]: { parent: "B" } });
    await env.quiet();
    const parked = { state: "parked", reason: "the groups above this one lead back to it" };
    expect(await stateOf(env, "group", a)).toEqual(parked);
    expect(await chart(env)).toEqual(before);
    await changeGroup(env, b, { [DINGTALK_GROUP]: {} });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], B: ["Li"], "B/A": [] });
  });
});

describe("roles", () => {
  beforeEach(() =>
    withMapping(departments('  from: groups\n  groups:\n    - { match: "Role *", to: role }')),
  );

  test("are given, renamed, taken away and removed", async () => {
    const li = await env.addUser(person("Li"));
    const group = await env.addGroup("Role Buyers", [li]);
    await start();
    const roleNames = async () =>
      ((await remote(env, li))!["role_list"] as { name: string }[] | undefined)?.map(({ name }) => name) ??
      [];
    expect(await roleNames()).toEqual(["Role Buyers"]);
    expect(await chart(env)).toEqual({ "": ["Li"] });

    await changeGroup(env, group, { displayName: "Role Purchasing" });
    await env.quiet();
    expect(await roleNames()).toEqual(["Role Purchasing"]);

    await members(env, group, { remove: [li] });
    await env.quiet();
    expect(await roleNames()).toEqual([]);

    await members(env, group, { add: [li] });
    await env.quiet();
    expect(await roleNames()).toEqual(["Role Purchasing"]);

    await env.groups.remove(env.context, group);
    await env.quiet();
    expect(await roleNames()).toEqual([]);
    expect((await env.pool.query("select 1 from links where kind = 'role'")).rows).toEqual([]);
  });

  test("a role becomes a department when the group is renamed so", async () => {
    const li = await env.addUser(person("Li"));
    const group = await env.addGroup("Role Buyers", [li]);
    await start();
    await changeGroup(env, group, { displayName: "Buyers" });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Buyers: ["Li"] });
    expect((await env.pool.query("select 1 from links where kind = 'role'")).rows).toEqual([]);
  });
});

describe("departments by attributes", () => {
  const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  beforeEach(() =>
    withMapping(
      departments(
        "  from: both\n  attributes:\n    - { path: [enterprise.division, enterprise.department], main: true }\n    - { path: enterprise.costCenter }",
      ),
    ),
  );
  const at = (division: string, department: string) => ({ [ENTERPRISE]: { division, department } });

  test("come and go with the people in them, beside those of groups", async () => {
    const li = await env.addUser(person("Li", at("Asia", "Sales")));
    const wu = await env.addUser(person("Wu", at("Asia", "Sales")));
    await env.addGroup("Asia/Sales", [li]);
    await env.addGroup("Club", [wu]);
    await start();
    expect(await chart(env)).toEqual({ "": [], Asia: [], "Asia/Sales": ["Li", "Wu"], Club: ["Wu"] });
    await change(env, wu, at("Europe", "Trade"));
    await env.quiet();
    expect(await chart(env)).toEqual({
      "": [],
      Asia: [],
      "Asia/Sales": ["Li"],
      Club: ["Wu"],
      Europe: [],
      "Europe/Trade": ["Wu"],
    });
    await env.users.remove(env.context, wu);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Asia: [], "Asia/Sales": ["Li"], Club: [] });
  });
});

describe("two groups with one path", () => {
  beforeEach(() => withMapping((text) => text));

  test("are one department, described by the older, and it stays until the last one goes", async () => {
    const li = await env.addUser(person("Li"));
    const wu = await env.addUser(person("Wu"));
    const first = await addGroup(env, { displayName: "Sales", [DINGTALK_GROUP]: { order: 7 } }, [li]);
    const second = await addGroup(env, { displayName: "/Sales/", [DINGTALK_GROUP]: { order: 9 } }, [wu]);
    await start();
    expect(await chart(env)).toEqual({ "": [], Sales: ["Li", "Wu"] });
    expect((await env.state()).departments.find(({ name }) => name === "Sales")).toMatchObject({ order: 7 });
    await env.groups.remove(env.context, first);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Li"], Sales: ["Wu"] });
    expect((await env.state()).departments.find(({ name }) => name === "Sales")).toMatchObject({ order: 9 });
    await env.groups.remove(env.context, second);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Li", "Wu"] });
  });
});

describe("new rules", () => {
  beforeEach(() => withMapping((text) => text));
  const renew = (mode: "observe" | "sync", text = DEFAULT_MAPPING) => {
    const mapping = compileMapping(text);
    return putInForce(env.connect().store, {
      mapping,
      policy: compilePolicy(DEFAULT_POLICY),
      mode,
      target: "dingtalk",
      clock: systemClock,
    });
  };

  test("a new mapping concerns everybody, the same one nobody", async () => {
    const li = await env.addUser(person("Li"));
    await env.addGroup("Sales", [li]);
    await renew("sync");
    await start();
    expect(await renew("sync")).toBe(0);
    const changed = DEFAULT_MAPPING.replace(
      "name: firstOf(user.displayName,",
      'name: firstOf("Dr " + user.displayName,',
    );
    expect(await renew("sync", changed)).toBe(3);
    env.startWorker({ mapping: changed });
    await env.quiet();
    const { rows } = await env.pool.query(
      "select detail from history where code = 'mapping.changed' order by id",
    );
    expect(rows.map((row) => JSON.parse(row.detail).mapping)).toEqual([
      compileMapping(DEFAULT_MAPPING).version,
      compileMapping(changed).version,
    ]);
  });

  test("a new mode concerns those who are held", async () => {
    const id = await env.addUser(person("Li"));
    await renew("observe");
    const watcher = env.startWorker({ mode: "observe" });
    await env.quiet();
    await watcher.stop(1_000);
    expect(await stateOf(env, "user", id)).toMatchObject({ state: "held" });
    expect(await renew("sync")).toBe(1);
    await start();
    expect(await remote(env, id)).toBeDefined();
  });

  test("every intent names the version of the mapping", async () => {
    await env.addUser(person("Li"));
    await start();
    const { rows } = await env.pool.query("select detail from history where code = 'target.intent'");
    expect(rows.map((row) => JSON.parse(row.detail).mapping)).toEqual([
      compileMapping(DEFAULT_MAPPING).version,
    ]);
  });
});
