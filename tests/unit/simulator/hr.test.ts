import { addDepartment, addUser, type Bench, createBench, NOW, USER } from "./bench.ts";

const PENDING = "/v1.0/hrm/pendingDismission";
const TERMINATE = "/v1.0/hrm/processes/terminateAndHandOver";
const TRANSFER = "/v1.0/hrm/processes/transfer";
const PRE_ENTRY = "/topapi/smartwork/hrm/employee/addpreentry";
const leaving = { userId: "u1", lastWorkDate: NOW, terminationReasonVoluntary: ["1"] };
const ending = { ...leaving, optUserId: "u2", dismissionMemo: "left" };
const staffed = (switches: Parameters<typeof createBench>[0] = {}): Bench => {
  const bench = createBench(switches);
  for (const userid of ["u1", "u2", "u3"]) addUser(bench, userid);
  return bench;
};
const statuses = (bench: Bench, ...ids: string[]): unknown[] =>
  (
    bench.answer("/v1.0/hrm/employees/dimissionInfos", { userIdList: JSON.stringify(ids) }).result as {
      status: number;
    }[]
  ).map(({ status }) => status);

describe("7 leaving in 智能人事", () => {
  test("pending: 1, left: 2, neither: 3", () => {
    const bench = staffed();
    expect(bench.answer(`${PENDING}/start`, leaving)).toEqual({ success: true, result: true });
    bench.answer(`${USER}/delete`, { userid: "u2" });
    expect(statuses(bench, "u1", "u2", "u3", "ghost")).toEqual([1, 2, 3, 3]);
    bench.answer(`${PENDING}/infos`, { userId: "u1", lastWorkDate: NOW + 1, dismissionMemo: "later" });
    expect(bench.organisation.dismissions.get("u1")).toMatchObject({
      lastWorkDate: NOW + 1,
      reasonMemo: "later",
      voluntaryReason: ["1"],
    });
    bench.answer(`${PENDING}/revoke`, { userId: "u1" });
    expect(statuses(bench, "u1")).toEqual([3]);
    expect(bench.code(`${PENDING}/revoke`, { userId: "u1" })).toBe("businessError");
  });

  test("deleting by the contact API loses the reasons", () => {
    const bench = staffed();
    bench.answer(`${PENDING}/start`, leaving);
    bench.answer(`${USER}/delete`, { userid: "u1" });
    expect(statuses(bench, "u1")).toEqual([2]);
    expect(bench.organisation.dismissions.size).toBe(0);
  });

  test("lists leavers in pages of at most 50, without people who returned", () => {
    const bench = staffed();
    for (const userid of ["u1", "u2", "u3"]) bench.answer(`${USER}/delete`, { userid });
    addUser(bench, "u2");
    const list = "/v1.0/hrm/employees/dismissions";
    expect(bench.answer(list, { nextToken: "0", maxResults: "1" })).toEqual({
      nextToken: 1,
      hasMore: true,
      userIdList: ["u1"],
    });
    expect(bench.answer(list, { nextToken: "1", maxResults: "1" })).toEqual({
      nextToken: 0,
      hasMore: false,
      userIdList: ["u3"],
    });
    expect(bench.code(list, { maxResults: "51" })).toBe("invalid.param");
  });

  test("terminateAndHandOver ends the membership immediately, and the successor manages the reports", () => {
    const bench = staffed();
    bench.answer(`${USER}/update`, { userid: "u3", manager_userid: "u1" });
    const outcome = bench.call(TERMINATE, { ...ending, directSubordinatesHandoverUserId: "u2" });
    expect(outcome).toMatchObject({
      kind: "done",
      answer: { result: true },
      events: [{ eventType: "user_leave_org" }],
    });
    expect(bench.code(`${USER}/get`, { userid: "u1" })).toBe(60121);
    expect(bench.result(`${USER}/get`, { userid: "u3" }).manager_userid).toBe("u2");
    expect(bench.organisation.leaves).toMatchObject([{ userId: "u1" }]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["nobody", { userId: "ghost" }, "empNotExists"],
    ["an operator who is nobody", { optUserId: "ghost" }, "empNotExists"],
    ["the leaver as operator", { optUserId: "u1" }, "invalid.param"],
    ["no last day", { lastWorkDate: undefined }, "invalid.param"],
    ["no memo", { dismissionMemo: "" }, "invalid.param"],
    ["no reason", { terminationReasonVoluntary: [] }, "invalid.param"],
    ["files to nobody", { dingPanHandoverUserId: "ghost" }, "empNotExists"],
  ])("terminateAndHandOver refuses %s", (_name, change, expected) => {
    expect(staffed().code(TERMINATE, { ...ending, ...change })).toBe(expected);
  });

  test("terminateAndHandOver is refused for the main administrator", () => {
    const bench = staffed();
    bench.edit("admin", { userid: "u1", sys_level: 1 });
    expect(bench.code(TERMINATE, ending)).toBe("businessError");
  });

  test("suiteCallInvalid if the app cannot use the product", () => {
    const bench = staffed({ hr: false });
    expect(bench.code(TERMINATE, ending)).toBe("suiteCallInvalid");
    expect(bench.code(`${PENDING}/start`, leaving)).toBe("suiteCallInvalid");
    expect(bench.code("/v1.0/hrm/employees/dismissions", {})).toBe("suiteCallInvalid");
  });
});

test("7 transfer moves a person to other departments", () => {
  const bench = staffed();
  const [a, b] = [addDepartment(bench, "A"), addDepartment(bench, "B")];
  bench.answer(TRANSFER, { userId: "u1", deptIdsAfterTransfer: [a, b], mainDeptIdAfterTransfer: b });
  expect(bench.result(`${USER}/get`, { userid: "u1" })).toMatchObject({
    dept_id_list: [a, b],
    dept_position_list: [{ is_main: false }, { is_main: true }],
  });
  expect(bench.code(TRANSFER, { userId: "u1", deptIdsAfterTransfer: [77] })).toBe("invalid.param");
  expect(bench.code(TRANSFER, { userId: "u1", deptIdsAfterTransfer: [a], mainDeptIdAfterTransfer: b })).toBe(
    "invalid.param",
  );
});

test("7 addpreentry: the person is not a member yet; -1 if a member has the number", () => {
  const bench = staffed();
  const param = {
    name: "New",
    mobile: "+852-99999999",
    pre_entry_time: "2026-09-01 09:00:00",
    op_userid: "u1",
  };
  expect(bench.answer(PRE_ENTRY, { param })).toEqual({ userid: expect.any(String) });
  expect(bench.organisation.users.size).toBe(3);
  bench.answer(`${USER}/create`, { userid: "n", name: "New", mobile: "+852-99999999", dept_id_list: "1" });
  expect(bench.code(PRE_ENTRY, { param })).toBe(-1);
  expect(bench.code(PRE_ENTRY, {})).toBe(40035);
});
