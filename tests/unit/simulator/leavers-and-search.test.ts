import { addDepartment, addUser, createBench, USER } from "./bench.ts";

const RECORDS = "/v1.0/contact/empLeaveRecords";
const span = { startTime: "2026-08-01T00:00:00Z", endTime: "2026-08-31T00:00:00Z" };

describe("7 empLeaveRecords", () => {
  test("the reason says who ended the membership", () => {
    const bench = createBench();
    for (const userid of ["a", "b", "c"]) addUser(bench, userid);
    bench.answer(`${USER}/delete`, { userid: "a" });
    bench.edit(`${USER}/delete`, { userid: "b" });
    bench.edit("leave", { userid: "c" });
    const { records, nextToken } = bench.answer(RECORDS, span) as {
      records: Record<string, unknown>[];
      nextToken?: string;
    };
    expect(records.map(({ userId, leaveReason }) => [userId, leaveReason])).toEqual([
      ["a", "oapi"],
      ["b", "delete"],
      ["c", "leave"],
    ]);
    expect(records[0]).toMatchObject({ name: "a", stateCode: "852", leaveTime: "2026-08-22T04:00:00Z" });
    expect(nextToken).toBeUndefined();
  });

  test("pages of at most 50; the last one has no token", () => {
    const bench = createBench();
    for (const userid of ["a", "b", "c"]) {
      addUser(bench, userid);
      bench.answer(`${USER}/delete`, { userid });
    }
    const first = bench.answer(RECORDS, { ...span, maxResults: "2", nextToken: "0" });
    expect(first).toMatchObject({ nextToken: "2", records: [{ userId: "a" }, { userId: "b" }] });
    expect(bench.answer(RECORDS, { ...span, maxResults: "2", nextToken: "2" })).toEqual({
      records: [expect.objectContaining({ userId: "c" })],
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ["no start", { endTime: span.endTime }],
    ["more than 365 days", { startTime: "2025-08-01T00:00:00Z", endTime: "2026-08-31T00:00:00Z" }],
    ["end before start", { startTime: span.endTime, endTime: span.startTime }],
    ["no time", { ...span, startTime: "yesterday" }],
    ["page of 51", { ...span, maxResults: "51" }],
  ])("refused: %s", (_name, fields) => {
    expect(createBench().code(RECORDS, fields)).toBe("invalid.param");
  });
});

describe("5.4 and 4.4 search", () => {
  test("by part of the name, or the whole of it", () => {
    const bench = createBench();
    for (const [userid, name] of [
      ["a", "Chan"],
      ["b", "Chan Tai Man"],
    ] as const)
      addUser(bench, userid, { name });
    const search = "/v1.0/contact/users/search";
    expect(bench.answer(search, { queryWord: "Chan", offset: 0, size: 1 })).toEqual({
      hasMore: true,
      totalCount: 2,
      list: ["a"],
    });
    expect(bench.answer(search, { queryWord: "Chan", offset: 0, size: 10, fullMatchField: 1 })).toEqual({
      hasMore: false,
      totalCount: 1,
      list: ["a"],
    });
    const id = addDepartment(bench, "Finance HK");
    expect(
      bench.answer("/v1.0/contact/departments/search", { queryWord: "HK", offset: 0, size: 10 }),
    ).toEqual({
      hasMore: false,
      totalCount: 1,
      list: [id],
    });
    expect(bench.code(search, {})).toBe("invalid.param");
  });
});

test("2.3 /auth/scopes shows the contact scope and the readable fields", () => {
  const bench = createBench({
    fieldPermissions: { mobile: false, personal: true },
    contactScope: { departments: [5], users: ["u1"] },
  });
  const answer = bench.answer("/auth/scopes");
  expect(answer).toMatchObject({ auth_org_scopes: { authed_dept: [5], authed_user: ["u1"] } });
  expect(answer.auth_user_field).toEqual(expect.arrayContaining(["name", "userid", "email"]));
  expect(answer.auth_user_field).not.toContain("mobile");
});
