import type { JsonObject } from "../../../../src/core/entity.ts";
import type { Attributes } from "../../../../src/reconcile/target-values.ts";
import { userCreateBody, userUpdateBody } from "../../../../src/targets/dingtalk/people/user-body.ts";

describe("the body of user/create", () => {
  test("says everything in one call, in DingTalk's forms", () => {
    const attributes: Attributes = {
      name: "Chan Tai Man",
      mobile: "+852-91234567",
      title: null,
      departments: ["379661095", "418573276"],
      mainDepartment: "418573276",
      departmentTitles: ["418573276=Accountant"],
      departmentOrders: ["418573276=100"],
      manager: "u0900",
      hide_mobile: false,
      hired_date: 1_767_225_600_000,
      "extension.Cost centre": "4711",
      "extension.Level": null,
      roles: ["5"],
    };
    expect(userCreateBody("u1001", attributes, () => "secret")).toEqual({
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
    expect(userCreateBody("u1", attributes, () => "secret")).toEqual({ userid: "u1", ...body }),
  );
});

describe("the body of user/update", () => {
  const there: Attributes = {
    departments: ["7", "8"],
    mainDepartment: "7",
    title: "Clerk",
    departmentTitles: ["7=Clerk", "8=Auditor"],
  };
  test.each<[string, Attributes, Attributes, JsonObject | undefined]>([
    ["just what is set", { title: "Director" }, there, { title: "Director" }],
    [
      "an empty text for what is cleared",
      { title: null, job_number: null },
      there,
      { title: "", job_number: "" },
    ],
    [
      "the documented way to clear a manager",
      { manager: null },
      there,
      { manager_userid: "", force_update_fields: "manager_userid" },
    ],
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
      { departmentTitles: ["7=Head"] },
      there,
      {
        dept_position_list: [
          { dept_id: 7, is_main: true, title: "Head" },
          { dept_id: 8, is_main: false, title: "" },
        ],
      },
    ],
    [
      "a title of a department that becomes the person's own is said, as it was another",
      { departmentTitles: ["7=Clerk", "8=Clerk"] },
      there,
      {
        dept_position_list: [
          { dept_id: 7, is_main: true },
          { dept_id: 8, is_main: false, title: "Clerk" },
        ],
      },
    ],
    [
      "titles that follow the person's own are not",
      { title: "Head", departmentTitles: ["7=Head", "8=Buyer"] },
      there,
      {
        title: "Head",
        dept_position_list: [
          { dept_id: 7, is_main: true },
          { dept_id: 8, is_main: false, title: "Buyer" },
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
  ])("%s", (_name, set, actual, body) =>
    expect(userUpdateBody("u1", set, actual)).toEqual(body && { userid: "u1", ...body }),
  );
});
