import { systemClock } from "../../../src/core/clock.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import { renewRules } from "../../../src/reconcile/process/rules-change.ts";
import { type House, openHouse } from "../../support/house.ts";
import { addGroup, change, changeGroup, chart, DINGTALK_GROUP, DINGTALK_USER, members, person, remote, stateOf } from "./sample.ts";

let house: House;
const withMapping = async (change: (text: string) => string): Promise<void> => {
  house = await openHouse({ mapping: change(DEFAULT_MAPPING) });
};
afterEach(() => house.close());

const departments =
  (lines: string) =>
  (text: string): string =>
    text.replace(/ {2}from: groups\n/, `${lines}\n`);
const parents = departments("  from: groups\n  structure: parent");
const nested = departments("  from: groups\n  structure: nested");
const outsider = { [DINGTALK_USER]: { external: true } };
const start = async (): Promise<void> => {
  house.startWorker();
  await house.quiet();
};

describe("external people", () => {
  beforeEach(() => withMapping((text) => text));

  test("without a group they sit in the department for externals, which is an outer department", async () => {
    await house.addUser(person("Guest", outsider));
    await house.addUser(person("Ours"));
    await start();
    expect(await chart(house)).toEqual({ "": ["Ours"], "External partners": ["Guest"] });
    const department = (await house.state()).departments.find(({ name }) => name === "External partners");
    expect(department).toMatchObject({ outer_dept: true });
  });

  test("they are left out of internal groups, and our own out of external ones", async () => {
    const guest = await house.addUser(person("Guest", outsider));
    const ours = await house.addUser(person("Ours"));
    await house.addGroup("Sales", [guest, ours]);
    await house.addGroup("External partners/Acme", [guest, ours]);
    await start();
    expect(await chart(house)).toEqual({ "": [], Sales: ["Ours"], "External partners": [], "External partners/Acme": ["Guest"] });
  });

  test("what is below a department that says it is external is external as well", async () => {
    const ours = await house.addUser(person("Ours"));
    await house.addGroup("Vendors/Desk", [ours]);
    const vendors = await house.addGroup("Vendors");
    await start();
    expect(await chart(house)).toEqual({ "": [], Vendors: [], "Vendors/Desk": ["Ours"] });
    await changeGroup(house, vendors, { [DINGTALK_GROUP]: { external: true } });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": ["Ours"], Vendors: [], "Vendors/Desk": [] });
    await changeGroup(house, vendors, { [DINGTALK_GROUP]: { external: false } });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Vendors: [], "Vendors/Desk": ["Ours"] });
  });
});

test("an external person without any place is held, not put into the root", async () => {
  await withMapping((text) => text.replace(/ {2}externalDefault:.*\n/, ""));
  const guest = await house.addUser(person("Guest", outsider));
  await start();
  expect(await chart(house)).toEqual({ "": [] });
  expect(await stateOf(house, "user", guest)).toEqual({ state: "held", reason: "the person is external and in no external department" });
  const partners = await house.addGroup("External partners", [guest]);
  await house.quiet();
  expect(await chart(house)).toEqual({ "": [], "External partners": ["Guest"] });
  expect(await stateOf(house, "group", partners)).toMatchObject({ state: "inSync" });
});

describe("leavers", () => {
  test("parked: in the department for that, and back", async () => {
    await withMapping((text) => text.replace("inactive: { regular: remove }", "inactive: { regular: park, parkIn: Left }"));
    const id = await house.addUser(person("Leung"));
    await house.addGroup("Ops", [id]);
    await start();
    await change(house, id, { active: false });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Ops: [], Left: ["Leung"] });
    expect((await house.state()).departments.find(({ name }) => name === "Left")).toMatchObject({ hide_dept: true });
    await change(house, id, { active: true });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Ops: ["Leung"] });
  });

  test("parked: external people never beside our own", async () => {
    await withMapping((text) => text.replace("inactive: { regular: remove }", "inactive: { regular: park, parkIn: Left }"));
    const id = await house.addUser(person("Guest", outsider));
    await start();
    await change(house, id, { active: false });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [] });
  });

  test("kept: nothing changes", async () => {
    await withMapping((text) => text.replace("inactive: { regular: remove }", "inactive: { regular: keep }"));
    const id = await house.addUser(person("Leung"));
    await house.addGroup("Ops", [id]);
    await start();
    await change(house, id, { active: false });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Ops: ["Leung"] });
  });
});

describe("enterprise accounts", () => {
  const sso = { [DINGTALK_USER]: { accountType: "sso" }, phoneNumbers: [] };
  beforeEach(() => withMapping((text) => text));

  test("are switched off and on, and removed when deleted", async () => {
    const id = await house.addUser(person("Mak", sso));
    const ops = await house.addGroup("Ops", [id]);
    await start();
    expect(await remote(house, id)).toMatchObject({ exclusive_account: true });

    await change(house, id, { active: false, title: "Gone" });
    await house.quiet();
    expect(await remote(house, id)).toMatchObject({ disable_status: true });
    expect((await house.calls())["/v1.0/contact/orgAccounts/signOut"]!.count).toBe(1);

    await house.groups.remove(house.context, ops);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": ["Mak"] });

    await change(house, id, { active: true });
    await house.quiet();
    const back = await remote(house, id);
    expect(back!["disable_status"] ?? false).toBe(false);
    expect(back!["title"]).toBe("Gone");

    await house.users.remove(house.context, id);
    await house.quiet();
    expect(await remote(house, id)).toBeUndefined();
  });

  test("are switched off, not removed, when nothing is remembered of them", async () => {
    const id = await house.addUser(person("Mak", sso));
    await start();
    await house.pool.query("update links set attributes = null where entity_id = $1", [id]);
    await change(house, id, { active: false });
    await house.quiet();
    expect(await remote(house, id)).toMatchObject({ disable_status: true });
  });
});

describe.each([
  ["parent", parents],
  ["nested", nested],
])("a tree stated by %s", (structure, text) => {
  beforeEach(() => withMapping(text));

  /** A group below another, stated in the way of the structure. */
  async function below(parent: string | undefined, displayName: string, people: readonly string[] = []): Promise<string> {
    if (structure === "parent") return addGroup(house, { displayName, ...(parent ? { [DINGTALK_GROUP]: { parent } } : {}) }, people);
    const id = await addGroup(house, { displayName }, people);
    if (parent) await members(house, parent, { add: [id] });
    return id;
  }
  async function move(id: string, from: string, to: string): Promise<void> {
    if (structure === "parent") return changeGroup(house, id, { [DINGTALK_GROUP]: { parent: to } });
    await members(house, from, { remove: [id] });
    await members(house, to, { add: [id] });
  }

  test("follows a rename and a move, and nobody else is called", async () => {
    const li = await house.addUser(person("Li"));
    const hk = await below(undefined, "HK");
    const cn = await below(undefined, "CN");
    const sales = await below(hk, "Sales");
    await below(sales, "Retail", [li]);
    await start();
    expect(await chart(house)).toEqual({ "": [], HK: [], CN: [], "HK/Sales": [], "HK/Sales/Retail": ["Li"] });

    await changeGroup(house, hk, { displayName: "Hong Kong" });
    await move(sales, hk, cn);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], "Hong Kong": [], CN: [], "CN/Sales": [], "CN/Sales/Retail": ["Li"] });
    expect((await house.calls())["/topapi/v2/user/update"]).toBeUndefined();
    expect((await house.calls())["/topapi/v2/department/create"]!.count).toBe(4);
  });

  test("a deleted group leaves those below at the top", async () => {
    const li = await house.addUser(person("Li"));
    const hk = await below(undefined, "HK");
    await below(hk, "Sales", [li]);
    await start();
    await house.groups.remove(house.context, hk);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Sales: ["Li"] });
  });
});

describe("parents named by the client", () => {
  beforeEach(() => withMapping(parents));

  test("a parent that comes after its child", async () => {
    const li = await house.addUser(person("Li"));
    await addGroup(house, { displayName: "Sales", [DINGTALK_GROUP]: { parent: "EXT1" } }, [li]);
    await start();
    await addGroup(house, { displayName: "HK", externalId: "EXT1" });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], HK: [], "HK/Sales": ["Li"] });
  });

  test("a circle is parked with its reason, and dissolves when it is mended", async () => {
    const a = await addGroup(house, { displayName: "A", [DINGTALK_GROUP]: { parent: "B" } });
    const b = await addGroup(house, { displayName: "B", [DINGTALK_GROUP]: { parent: "A" } });
    await start();
    const parked = { state: "parked", reason: "the groups above this one lead back to it" };
    expect([await stateOf(house, "group", a), await stateOf(house, "group", b)]).toEqual([parked, parked]);
    expect(await chart(house)).toEqual({ "": [] });
    await changeGroup(house, a, { [DINGTALK_GROUP]: {} });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], A: [], "A/B": [] });
  });
});

describe("roles", () => {
  beforeEach(() => withMapping(departments('  from: groups\n  groups:\n    - { match: "Role *", to: role }')));

  test("are given, renamed, taken away and removed", async () => {
    const li = await house.addUser(person("Li"));
    const group = await house.addGroup("Role Buyers", [li]);
    await start();
    const roleNames = async () =>
      ((await remote(house, li))!["role_list"] as { name: string }[] | undefined)?.map(({ name }) => name) ?? [];
    expect(await roleNames()).toEqual(["Role Buyers"]);
    expect(await chart(house)).toEqual({ "": ["Li"] });

    await changeGroup(house, group, { displayName: "Role Purchasing" });
    await house.quiet();
    expect(await roleNames()).toEqual(["Role Purchasing"]);

    await members(house, group, { remove: [li] });
    await house.quiet();
    expect(await roleNames()).toEqual([]);

    await members(house, group, { add: [li] });
    await house.quiet();
    expect(await roleNames()).toEqual(["Role Purchasing"]);

    await house.groups.remove(house.context, group);
    await house.quiet();
    expect(await roleNames()).toEqual([]);
    expect((await house.pool.query("select 1 from links where kind = 'role'")).rows).toEqual([]);
  });

  test("a role becomes a department when the group is renamed so", async () => {
    const li = await house.addUser(person("Li"));
    const group = await house.addGroup("Role Buyers", [li]);
    await start();
    await changeGroup(house, group, { displayName: "Buyers" });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Buyers: ["Li"] });
    expect((await house.pool.query("select 1 from links where kind = 'role'")).rows).toEqual([]);
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
    const li = await house.addUser(person("Li", at("Asia", "Sales")));
    const wu = await house.addUser(person("Wu", at("Asia", "Sales")));
    await house.addGroup("Asia/Sales", [li]);
    await house.addGroup("Club", [wu]);
    await start();
    expect(await chart(house)).toEqual({ "": [], Asia: [], "Asia/Sales": ["Li", "Wu"], Club: ["Wu"] });
    await change(house, wu, at("Europe", "Trade"));
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Asia: [], "Asia/Sales": ["Li"], Club: ["Wu"], Europe: [], "Europe/Trade": ["Wu"] });
    await house.users.remove(house.context, wu);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Asia: [], "Asia/Sales": ["Li"], Club: [] });
  });
});

describe("two groups with one path", () => {
  beforeEach(() => withMapping((text) => text));

  test("are one department, described by the older, and it stays until the last one goes", async () => {
    const li = await house.addUser(person("Li"));
    const wu = await house.addUser(person("Wu"));
    const first = await addGroup(house, { displayName: "Sales", [DINGTALK_GROUP]: { order: 7 } }, [li]);
    const second = await addGroup(house, { displayName: "/Sales/", [DINGTALK_GROUP]: { order: 9 } }, [wu]);
    await start();
    expect(await chart(house)).toEqual({ "": [], Sales: ["Li", "Wu"] });
    expect((await house.state()).departments.find(({ name }) => name === "Sales")).toMatchObject({ order: 7 });
    await house.groups.remove(house.context, first);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": ["Li"], Sales: ["Wu"] });
    expect((await house.state()).departments.find(({ name }) => name === "Sales")).toMatchObject({ order: 9 });
    await house.groups.remove(house.context, second);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": ["Li", "Wu"] });
  });
});

describe("new rules", () => {
  beforeEach(() => withMapping((text) => text));
  const renew = (mode: "observe" | "sync", text = DEFAULT_MAPPING) => {
    const mapping = compileMapping(text);
    return renewRules(house.connect().store, {
      mapping,
      policy: compilePolicy(DEFAULT_POLICY),
      mode,
      target: "dingtalk",
      clock: systemClock,
    });
  };

  test("a new mapping concerns everybody, the same one nobody", async () => {
    const li = await house.addUser(person("Li"));
    await house.addGroup("Sales", [li]);
    await renew("sync");
    await start();
    expect(await renew("sync")).toBe(0);
    const changed = DEFAULT_MAPPING.replace("name: firstOf(user.displayName,", 'name: firstOf("Dr " + user.displayName,');
    expect(await renew("sync", changed)).toBe(3);
    house.startWorker({ mapping: changed });
    await house.quiet();
    const { rows } = await house.pool.query("select detail from history where code = 'mapping.changed' order by id");
    expect(rows.map((row) => JSON.parse(row.detail).mapping)).toEqual([
      compileMapping(DEFAULT_MAPPING).version,
      compileMapping(changed).version,
    ]);
  });

  test("a new mode concerns those who are held", async () => {
    const id = await house.addUser(person("Li"));
    await renew("observe");
    const watcher = house.startWorker({ mode: "observe" });
    await house.quiet();
    await watcher.stop(1_000);
    expect(await stateOf(house, "user", id)).toMatchObject({ state: "held" });
    expect(await renew("sync")).toBe(1);
    await start();
    expect(await remote(house, id)).toBeDefined();
  });

  test("every intent names the version of the mapping", async () => {
    await house.addUser(person("Li"));
    await start();
    const { rows } = await house.pool.query("select detail from history where code = 'target.intent'");
    expect(rows.map((row) => JSON.parse(row.detail).mapping)).toEqual([compileMapping(DEFAULT_MAPPING).version]);
  });
});
