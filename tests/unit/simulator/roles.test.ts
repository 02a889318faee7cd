import { addDepartment, addUser, type Bench, createBench, USER } from "./bench.ts";

const group = (bench: Bench, name = "SCIM"): number =>
  Number(bench.answer("/role/add_role_group", { name }).groupId);
const role = (bench: Bench, groupId: number, roleName = "VPN users"): number =>
  Number(bench.answer("/role/add_role", { roleName, groupId }).roleId);
const list = (size: number, prefix: string) => Array.from({ length: size }, (_, at) => `${prefix}${at}`);

describe("8.1 roles", () => {
  test.each<[string, (groupId: number) => [string, Record<string, unknown>], number | undefined]>([
    ["another name", (groupId) => ["/role/add_role", { roleName: "Other", groupId }], undefined],
    ["a name taken in the group", (groupId) => ["/role/add_role", { roleName: "VPN users", groupId }], 34021],
    ["no name", (groupId) => ["/role/add_role", { roleName: "", groupId }], 34018],
    ["an unknown group", () => ["/role/add_role", { roleName: "Other", groupId: 5 }], 34020],
    ["no group", () => ["/role/add_role", { roleName: "Other" }], 40035],
    ["a group that exists", () => ["/role/add_role_group", { name: "SCIM" }], 34021],
    [
      "the group of system roles",
      () => ["/role/add_role", { roleName: "Other", groupId: 100_000_001 }],
      23004,
    ],
  ])("creating: %s", (_name, call, expected) => {
    const bench = createBench();
    const groupId = group(bench);
    role(bench, groupId);
    expect(bench.code(...call(groupId))).toBe(expected);
  });

  test("system roles can be neither renamed nor deleted", () => {
    const bench = createBench();
    expect(bench.code("/role/update_role", { roleId: 100_000_101, roleName: "x" })).toBe(23004);
    expect(bench.code("/topapi/role/deleterole", { role_id: 100_000_101 })).toBe(23004);
  });

  test("a role with members cannot be deleted, one without can", () => {
    const bench = createBench();
    const id = role(bench, group(bench));
    addUser(bench, "u1");
    const both = { roleIds: String(id), userIds: "u1" };
    bench.answer("/topapi/role/addrolesforemps", both);
    expect(bench.code("/topapi/role/deleterole", { role_id: id })).toBe(23007);
    bench.answer("/topapi/role/removerolesforemps", both);
    expect(bench.code("/topapi/role/deleterole", { role_id: id })).toBeUndefined();
    expect(bench.code("/topapi/role/getrole", { roleId: id })).toBe(33011);
  });

  test.each<[string, number, number, number | undefined]>([
    ["addrolesforemps", 20, 20, undefined],
    ["addrolesforemps", 21, 1, 40035],
    ["addrolesforemps", 1, 21, 40035],
    ["removerolesforemps", 20, 100, undefined],
    ["removerolesforemps", 1, 101, 40035],
  ])("%s: %d roles × %d people", (call, roles, people, expected) => {
    const bench = createBench();
    const groupId = group(bench);
    const roleIds = list(roles, "r").map((name) => role(bench, groupId, name));
    const userIds = list(people, "u").map((userid) => addUser(bench, userid));
    expect(
      bench.code(`/topapi/role/${call}`, { roleIds: roleIds.join(","), userIds: userIds.join(",") }),
    ).toBe(expected);
  });

  test("one unknown person refuses the whole batch", () => {
    const bench = createBench();
    const id = role(bench, group(bench));
    addUser(bench, "u1");
    expect(bench.code("/topapi/role/addrolesforemps", { roleIds: String(id), userIds: "u1,ghost" })).toBe(
      33012,
    );
    expect(bench.code("/topapi/role/addrolesforemps", { roleIds: "5", userIds: "u1" })).toBe(33011);
    expect(bench.organisation.roleMembers.get(id)).toBeUndefined();
  });

  test("a person who leaves loses their roles", () => {
    const bench = createBench();
    const id = role(bench, group(bench));
    addUser(bench, "u1");
    bench.answer("/topapi/role/addrolesforemps", { roleIds: String(id), userIds: "u1" });
    expect(bench.result(`${USER}/get`, { userid: "u1" }).role_list).toEqual([
      { id, name: "VPN users", group_name: "SCIM" },
    ]);
    bench.answer(`${USER}/delete`, { userid: "u1" });
    expect(bench.result("/topapi/role/simplelist", { role_id: id })).toEqual({ hasMore: false, list: [] });
  });

  test("reads have the spelling of DingTalk", () => {
    const bench = createBench();
    const groupId = group(bench);
    const id = role(bench, groupId);
    const a = addDepartment(bench, "A");
    for (const userid of ["u1", "u2"]) addUser(bench, userid);
    bench.answer("/topapi/role/addrolesforemps", { roleIds: String(id), userIds: "u1,u2" });
    bench.answer("/topapi/role/scope/update", { userid: "u1", role_id: id, dept_ids: String(a) });
    bench.answer("/role/update_role", { roleId: id, roleName: "VPN" });
    expect(bench.answer("/topapi/role/getrole", { roleId: id })).toEqual({ role: { name: "VPN", groupId } });
    expect(bench.answer("/topapi/role/getrolegroup", { group_id: groupId })).toEqual({
      role_group: { group_name: "SCIM", roles: [{ role_id: id, role_name: "VPN" }] },
    });
    expect(bench.result("/topapi/role/simplelist", { role_id: id, size: 1, offset: 0 })).toEqual({
      hasMore: true,
      list: [{ userid: "u1", name: "u1", manageScopes: [{ dept_id: a, name: "A" }] }],
    });
    expect(bench.result("/topapi/role/list", { size: 200, offset: 1 })).toEqual({
      hasMore: false,
      list: [{ groupId, name: "SCIM", roles: [{ id, name: "VPN" }] }],
    });
    expect(bench.code("/topapi/role/list", { size: 201, offset: 0 })).toBe(40069);
    expect(bench.code("/topapi/role/simplelist", { role_id: id, size: 101, offset: 0 })).toBe(40069);
  });

  test("the event contains people, roles and the action", () => {
    const bench = createBench();
    const id = role(bench, group(bench));
    addUser(bench, "u1");
    expect(bench.call("/topapi/role/addrolesforemps", { roleIds: String(id), userIds: "u1" })).toMatchObject({
      events: [
        { eventType: "label_user_change", data: { userIdList: ["u1"], labelIdList: [id], action: "add" } },
      ],
    });
  });
});
