import type { JsonObject } from "../../../../src/core/entity.ts";
import { userFromWire, visiblePermissions } from "../../../../src/targets/dingtalk/people/user-record.ts";

const HK = { region: "HK", roleGroup: "SCIM" };

describe("a person as read", () => {
  const record: JsonObject = {
    userid: "u1001",
    name: "Chan Tai Man",
    state_code: "852",
    mobile: "91234567",
    hide_mobile: false,
    title: "Accountant",
    email: "tm.chan@example.com",
    dept_id_list: [418573276, -1, 379661095],
    dept_order_list: [{ dept_id: 418573276, order: 100 }],
    dept_position_list: [{ dept_id: 418573276, is_main: true, title: "Accountant", work_place: "" }],
    extension: '{"Cost centre":"4711"}',
    hired_date: 1_767_225_600_000,
    active: true,
    senior: false,
    exclusive_account: false,
    role_list: [
      { id: 7, name: "VPN users", group_name: "SCIM" },
      { id: 1, name: "主管", group_name: "默认" },
    ],
  };
  const read = (changed: JsonObject = {}, complete = true) => {
    const told = { ...record, ...changed };
    return userFromWire(told, visiblePermissions([told]), complete, HK).attributes;
  };

  test("takes the canonical form", () => {
    expect(read()).toMatchObject({
      mobile: "+852-91234567",
      departments: ["379661095", "418573276"],
      mainDepartment: "418573276",
      departmentTitles: ["418573276=Accountant"],
      departmentOrders: ["418573276=100"],
      "extension.Cost centre": "4711",
      manager: null,
      roles: ["7"],
      senior_mode: false,
      activated: true,
      job_number: null,
      exclusive_account_type: null,
    });
  });

  test("a field left out beside others of its permission is empty", () =>
    expect(read().work_place).toBeNull());

  test("a field left out with all of its permission was not told", () => {
    const { email: _e, extension: _x, mobile: _m, state_code: _s, ...withheld } = record;
    const { attributes } = userFromWire(withheld, visiblePermissions([withheld]), true, HK);
    for (const name of ["mobile", "email", "work_place", "remark", "org_email"])
      expect(attributes).not.toHaveProperty(name);
  });

  test("the lists do not tell managers and roles", () => {
    expect(read({}, false)).not.toHaveProperty("manager");
    expect(read({}, false)).not.toHaveProperty("roles");
  });

  test("custom fields that are not JSON belong to somebody else", () =>
    expect(Object.keys(read({ extension: "free text" })).join()).not.toContain("extension"));

  test.each<[string, JsonObject, string]>([
    ["switched off", { exclusive_account: true, disable_status: true }, "disabled"],
    ["on", { exclusive_account: true, disable_status: false }, "active"],
  ])("an account that is %s", (_name, changed, presence) => {
    const told = { ...record, ...changed };
    expect(userFromWire(told, new Set(), true, HK).presence).toBe(presence);
  });

  test("only a user id in our form is an id of ours", () => {
    expect(userFromWire(record, new Set(), true, HK).entityId).toBeUndefined();
    const ours = "0193d2c4-7d5e-7c3a-9a51-0c6b1f2e3d4a";
    expect(userFromWire({ ...record, userid: ours }, new Set(), true, HK).entityId).toBe(ours);
  });
});
