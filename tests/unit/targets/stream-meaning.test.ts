import type { JsonObject } from "../../../src/core/entity.ts";
import type { Attributes } from "../../../src/reconcile/target-values.ts";
import { readFrame } from "../../../src/targets/dingtalk/stream/frames.ts";
import { hintOf } from "../../../src/targets/dingtalk/stream/meaning.ts";

const hint = (type: string, data: JsonObject) =>
  hintOf({ id: "e1", type, atMs: 0, corpId: undefined, data }, "HK");
/** Whether all that is told is remembered. */
const agrees = (type: string, data: JsonObject): boolean => {
  const told = Object.values(hint(type, data).about[0]!.reported);
  return told.length > 0 && told.every((each) => each.isKnown(remembered));
};
const about = (type: string, data: JsonObject) =>
  hint(type, data).about.map(({ kind, remoteId }) => `${kind} ${remoteId}`);

test.each<[string, string, JsonObject, readonly string[]]>([
  ["people", "user_add_org", { userId: ["u1", "u2"] }, ["user u1", "user u2"]],
  ["one person, not in a list", "user_leave_org", { userId: "u1" }, ["user u1"]],
  ["older spelling", "user_add_org", { UserId: ["u1"] }, ["user u1"]],
  ["departments", "org_dept_modify", { deptId: [7, 8] }, ["department 7", "department 8"]],
  ["one department", "org_dept_remove", { DeptId: 7 }, ["department 7"]],
  ["one twice", "user_active_org", { userId: ["u1", "u1"] }, ["user u1"]],
  ["ids that are none", "user_add_org", { userId: ["", "x".repeat(65)] }, []],
  ["the organisation", "org_change", { corpId: "x" }, []],
  ["roles", "label_user_change", { userIdList: ["u1"], labelIdList: [1] }, []],
  ["a name of every object", "constructor", { userId: ["u1"] }, []],
  ["nothing", "user_add_org", {}, []],
])("an event is about whom it names: %s", (_name, type, data, expected) =>
  expect(about(type, data)).toEqual(expected),
);

const remembered: Attributes = {
  name: "Li",
  title: "Clerk",
  mobile: "+852-91234567",
  telephone: "1204",
  manager: "u9",
  email: null,
  departments: ["3", "7"],
  hired_date: Date.UTC(2026, 0, 5),
  "extension.Cost centre": "4711",
  activated: false,
};

test.each<[string, JsonObject | undefined, boolean]>([
  ["a known value", { prev: { title: "King" }, curr: { title: "Clerk" } }, true],
  ["another value", { prev: { title: "Clerk" }, curr: { title: "King" } }, false],
  ["a cleared field that was empty", { prev: { email: "a@b.hk" }, curr: {} }, true],
  ["a cleared field that was not", { prev: { title: "Clerk" }, curr: {} }, false],
  ["a manager", { prev: {}, curr: { managerUserid: "u9" } }, true],
  ["a number", { prev: {}, curr: { mobile: "+852-91234567" } }, true],
  ["an extension number", { prev: {}, curr: { telephone: "1204" } }, true],
  ["departments in another order", { prev: {}, curr: { deptIdList: [7, 3] } }, true],
  ["a day", { prev: {}, curr: { hiredDate: "2026-01-05" } }, true],
  ["another day", { prev: {}, curr: { hiredDate: "2026-01-06" } }, false],
  ["a custom field", { prev: {}, curr: { extension: '{"Cost centre":"4711"}' } }, true],
  ["a custom field that cannot be read", { prev: {}, curr: { extension: "{" } }, false],
  ["one known, one not", { prev: {}, curr: { title: "Clerk", name: "Wang" } }, false],
  ["something we know nothing of", { prev: {}, curr: { shoeSize: "43" } }, false],
  ["what is not remembered", { prev: {}, curr: { remark: "x" } }, false],
  ["no difference", { prev: {}, curr: {} }, true],
  ["a number without its country code", { prev: {}, curr: { mobile: "91234567" } }, true],
  ["a number with another country code", { prev: {}, curr: { mobile: "86-91234567" } }, false],
  ["another number", { prev: {}, curr: { mobile: "852-91234568" } }, false],
  ["nothing told", undefined, false],
])("a change that tells %s", (_name, diff, expected) => {
  expect(
    agrees("user_modify_org", { userId: ["u1"], ...(diff ? { diffInfo: { userid: "u1", ...diff } } : {}) }),
  ).toBe(expected);
});

test.each<[string, JsonObject, boolean]>([
  ["user_add_org", { userId: ["u1"] }, true],
  ["user_leave_org", { userId: ["u1"] }, false],
  ["user_active_org", { userId: ["u1"] }, false],
  ["org_admin_add", { userId: ["u1"] }, false],
  ["org_dept_create", { deptId: [7] }, true],
  ["org_dept_modify", { deptId: [7] }, false],
])("%s of what is remembered to be there", (type, data, expected) =>
  expect(agrees(type, data)).toBe(expected),
);

/** Names of attributes that are told to be other ones; "anything" where it is not told which. */
const touched = (type: string, data: JsonObject) => {
  const { reported, concerns } = hint(type, data).about[0]!;
  return concerns === "anything" ? concerns : Object.values(reported).flatMap(({ names }) => names);
};
const changed = (prev: JsonObject, curr: JsonObject) => ({
  userId: ["u1"],
  diffInfo: { userid: "u1", prev, curr },
});
test.each<[string, string, JsonObject, ReturnType<typeof touched>]>([
  ["a value", "user_modify_org", changed({ jobNumber: "1" }, { jobNumber: "2" }), ["job_number"]],
  ["a cleared value", "user_modify_org", changed({ email: "a@b.hk" }, {}), ["email"]],
  [
    "one custom field of two",
    "user_modify_org",
    changed({ extension: '{"A":"1","B":"2"}' }, { extension: '{"A":"1","B":"3"}' }),
    ["extension.B"],
  ],
  [
    "a cleared custom field",
    "user_modify_org",
    changed({ extension: '{"A":"1","B":"2"}' }, { extension: '{"A":"1"}' }),
    ["extension.B"],
  ],
  ["all custom fields cleared", "user_modify_org", changed({ extension: '{"A":"1"}' }, {}), ["extension.A"]],
  [
    "something we know nothing of",
    "user_modify_org",
    changed({}, { title: "x", shoeSize: "43" }),
    "anything",
  ],
  ["what cannot be read", "user_modify_org", changed({}, { extension: "{" }), "anything"],
  ["a change without saying which", "user_modify_org", { userId: ["u1"] }, "anything"],
  ["no difference", "user_modify_org", changed({}, {}), []],
  ["somebody who left", "user_leave_org", { userId: ["u1"] }, "anything"],
  ["an administrator", "org_admin_add", { userId: ["u1"] }, []],
  ["an activation", "user_active_org", { userId: ["u1"] }, ["activated"]],
  ["a department", "org_dept_modify", { deptId: [7] }, []],
])("what an event is about, of that which a read does not show: %s", (_name, type, data, expected) =>
  expect(touched(type, data)).toEqual(expected),
);

const frame = (more: JsonObject) => JSON.stringify({ specVersion: "1.0", ...more });

test("frames are read and answered", () => {
  const headers = { messageId: "m1", topic: "ping", contentType: "application/json" };
  const ping = readFrame(frame({ type: "SYSTEM", headers, data: '{"opaque":"x"}' }));
  expect(ping?.kind === "ping" && JSON.parse(ping.answer)).toEqual({
    code: 200,
    headers,
    message: "OK",
    data: '{"opaque":"x"}',
  });
  const event = readFrame(
    frame({
      type: "EVENT",
      headers: { messageId: "m2", topic: "*", eventType: "user_add_org", eventId: "e1" },
      data: '{"userId":["u1"]}',
    }),
  );
  expect(event).toMatchObject({
    kind: "event",
    event: { id: "e1", type: "user_add_org", data: { userId: ["u1"] } },
  });
  expect(event?.kind === "event" && JSON.parse(event.answer)).toMatchObject({
    code: 200,
    headers: { messageId: "m2" },
    data: '{"status":"SUCCESS","message":""}',
  });
});

test.each<[string, string, string | undefined]>([
  ["no JSON", "hello", undefined],
  ["a list", "[]", undefined],
  ["no headers", frame({ type: "EVENT" }), undefined],
  ["disconnect", frame({ type: "SYSTEM", headers: { topic: "disconnect" }, data: "{}" }), "disconnect"],
  ["connected", frame({ type: "SYSTEM", headers: { topic: "CONNECTED" } }), "other"],
  [
    "an event without an id",
    frame({ type: "EVENT", headers: { eventType: "user_add_org" }, data: "{}" }),
    "other",
  ],
  [
    "an event whose data is broken",
    frame({ type: "EVENT", headers: { eventType: "user_add_org", eventId: "e" }, data: "{" }),
    "event",
  ],
  [
    "an event without data",
    frame({ type: "EVENT", headers: { eventType: "user_add_org", eventId: "e" } }),
    "event",
  ],
])("a frame that is %s", (_name, text, kind) => expect(readFrame(text)?.kind).toBe(kind));
