import type { JsonObject } from "../../../../src/core/entity.ts";
import type { Attributes } from "../../../../src/reconcile/target-values.ts";
import {
  departmentCreateBody,
  departmentFromWire,
  departmentUpdateBody,
  isForeign,
  postCreateFields,
} from "../../../../src/targets/dingtalk/structure/department-wire.ts";

const requested: Attributes = {
  name: "Finance",
  parent: "7",
  order: 10,
  code: "FIN",
  managers: ["u1"],
  hide_dept: true,
  user_permits: ["u1", "u2"],
  brief: null,
};

test("create says what it can take, with our id", () =>
  expect(departmentCreateBody("e-1", requested)).toEqual({
    name: "Finance",
    parent_id: 7,
    order: 10,
    hide_dept: true,
    user_permits: "u1,u2",
    source_identifier: "e-1",
  }));

test("without a parent it is below the organisation", () =>
  expect(departmentCreateBody("e-1", { name: "A" }).parent_id).toBe(1));

test("the code comes after birth, managers only once they are members", () =>
  expect(postCreateFields(requested)).toEqual({ code: "FIN" }));

test.each<[string, Attributes, JsonObject]>([
  ["a move", { parent: "9" }, { parent_id: 9 }],
  ["managers", { managers: ["u1", "u2"] }, { dept_manager_userid_list: "u1,u2" }],
  [
    "no managers, the documented way",
    { managers: [] },
    { dept_manager_userid_list: "", force_update_fields: "dept_manager_userid_list" },
  ],
  ["a cleared code", { code: null }, { code: "" }],
])("update says %s", (_name, set, body) =>
  expect(departmentUpdateBody("8", set)).toEqual({ dept_id: 8, ...body }),
);

describe("a department as read", () => {
  const record: JsonObject = {
    dept_id: 8,
    name: "Finance",
    parent_id: 7,
    order: 10,
    source_identifier: "e-1",
    dept_manager_userid_list: ["u2", "u1"],
    hide_dept: false,
    create_dept_group: true,
  };
  test("complete", () =>
    expect(departmentFromWire(record, true)).toMatchObject({
      remoteId: "8",
      entityId: "e-1",
      attributes: {
        name: "Finance",
        parent: "7",
        order: 10,
        managers: ["u1", "u2"],
        hide_dept: false,
        create_dept_group: true,
        code: null,
      },
    }));
  test("from a list: what is not told is absent", () =>
    expect(departmentFromWire({ dept_id: 8, name: "Finance", parent_id: 7 }, false)).toEqual({
      remoteId: "8",
      presence: "active",
      attributes: { name: "Finance", parent: "7" },
    }));
});

test.each<[JsonObject, boolean]>([
  [{ dept_id: 8 }, false],
  [{ dept_id: -7 }, true],
  [{ dept_id: 8, from_union_org: true }, true],
])("%j is foreign: %s", (record, foreign) => expect(isForeign(record)).toBe(foreign));
