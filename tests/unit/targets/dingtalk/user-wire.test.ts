import type { JsonObject } from "../../../../src/core/entity.ts";
import type { Attributes } from "../../../../src/reconcile/target.ts";
import { grantedIn, userCreateBody, userFromWire, userUpdateBody } from "../../../../src/targets/dingtalk/user-wire.ts";

const HK = { region: "HK", roleGroup: "SCIM" };
const CN = { ...HK, region: "CN" };

describe("the body of user/create", () => {
  test("says everything in one call, in DingTalk's forms", () => {
    const attributes: Attributes = {
      name: "Chan Tai Man",
      mobile: "+852-91234567",
      title: null,
      departments: ["379661095", "418573276"],
      mainDepartment: "418573276",
      dept_titles: ["418573276=Accountant"],
      dept_orders: ["418573276=100"],
      manager: "u0900",
      hide_mobile: false,
      hired_date: 1_767_225_600_000,
      "extension.Cost centre": "4711",
      "extension.Level": null,
      roles: ["5"],
    };
    expect(userCreateBody("u1001", attributes, HK, "secret")).toEqual({
      userid: "u1001",
      name: "Chan Tai Man",
      mobile: "+852-91234567",
      dept_id_list: "379661095,418573276",
      dept_position_list: [{ dept_id: 418573276, is_main: true, title: "Accountant" }],
      dept_order_list: [{ dept_id: 418573276, order: 100 }],
      manager_userid: "u0900",
      hide_mobile: false,
      hired_date: 1_767_225_600_000,
      extension: '{"Cost centre":"4711"}',
    });
  });

  test.each<[string, typeof HK, string]>([
    ["bare in a mainland organisation", CN, "13800138000"],
    ["with +86- elsewhere", HK, "+86-13800138000"],
  ])("a mainland number is written %s", (_name, options, mobile) =>
    expect(userCreateBody("u1", { mobile: "+86-13800138000" }, options, "").mobile).toBe(mobile),
  );

  test.each<[string, Attributes, JsonObject]>([
    ["sso", { exclusive_account_type: "sso" }, { exclusive_account: true, exclusive_account_type: "sso" }],
    [
      "dingtalk",
      { exclusive_account_type: "dingtalk", login_id: "chan" },
      {
        exclusive_account: true,
        exclusive_account_type: "dingtalk",
        login_id: "chan",
        init_password: "secret",
        send_password_to_user: true,
      },
    ],
  ])("an enterprise account of type %s", (_name, attributes, body) =>
    expect(userCreateBody("u1", attributes, HK, "secret")).toEqual({ userid: "u1", ...body }),
  );
});

describe("the body of user/update", () => {
  const there: Attributes = { departments: ["7", "8"], mainDepartment: "7", title: "Clerk", dept_titles: ["7=Clerk", "8=Auditor"] };
  test.each<[string, Attributes, Attributes, JsonObject | undefined]>([
    ["just what is set", { title: "Director" }, there, { title: "Director" }],
    ["an empty text for what is cleared", { title: null, job_number: null }, there, { title: "", job_number: "" }],
    ["the documented way to clear a manager", { manager: null }, there, { manager_userid: "", force_update_fields: "manager_userid" }],
    [
      "custom fields in append mode",
      { "extension.A": "1", "extension.B": null },
      there,
      { extension: '{"A":"1","B":""}', ext_attrs_update_mode: 1 },
    ],
    ["departments as one text", { departments: ["7", "9"] }, there, { dept_id_list: "7,9" }],
    [
      "a new main department without losing a title that is not the person's own",
      { mainDepartment: "8" },
      there,
      { dept_position_list: [{ dept_id: 8, is_main: true, title: "Auditor" }] },
    ],
    [
      "a title that is taken away",
      { dept_titles: ["7=Head"] },
      there,
      {
        dept_position_list: [
          { dept_id: 7, is_main: true, title: "Head" },
          { dept_id: 8, is_main: false, title: "" },
        ],
      },
    ],
    ["nothing when only roles change", { roles: ["5"] }, there, undefined],
    [
      "the departments again for an enterprise account",
      { title: "Director" },
      { ...there, exclusive_account_type: "sso" },
      { title: "Director", dept_id_list: "7,8" },
    ],
    [
      "the login in its other spelling",
      { login_id: "chan" },
      { ...there, exclusive_account_type: "dingtalk" },
      { loginId: "chan", dept_id_list: "7,8" },
    ],
  ])("%s", (_name, set, actual, body) => expect(userUpdateBody("u1", set, actual, HK)).toEqual(body && { userid: "u1", ...body }));
});

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
    return userFromWire(told, grantedIn([told]), complete, HK).attributes;
  };

  test("takes the canonical form", () => {
    expect(read()).toMatchObject({
      mobile: "+852-91234567",
      departments: ["379661095", "418573276"],
      mainDepartment: "418573276",
      dept_titles: ["418573276=Accountant"],
      dept_orders: ["418573276=100"],
      "extension.Cost centre": "4711",
      manager: null,
      roles: ["7"],
      senior_mode: false,
      activated: true,
      job_number: null,
      exclusive_account_type: null,
    });
  });

  test("a field left out beside others of its permission is empty", () => expect(read().work_place).toBeNull());

  test("a field left out with all of its permission was not told", () => {
    const { email: _e, extension: _x, mobile: _m, state_code: _s, ...withheld } = record;
    const { attributes } = userFromWire(withheld, grantedIn([withheld]), true, HK);
    for (const name of ["mobile", "email", "work_place", "remark", "org_email"]) expect(attributes).not.toHaveProperty(name);
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
