import { addDepartment, addUser, type Bench, createBench } from "./bench.ts";

const CONTACT = "/topapi/extcontact";
const partner = {
  name: "Ho Sir",
  mobile: "91234567",
  state_code: "852",
  label_ids: [700_001],
  follower_user_id: "u1",
  company_name: "Partner Ltd",
};
const staffed = (switches: Parameters<typeof createBench>[0] = {}): Bench => {
  const bench = createBench(switches);
  addUser(bench, "u1");
  return bench;
};

describe("8.3 extcontact/create", () => {
  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["everything right", {}, undefined],
    ["no name", { name: undefined }, 40035],
    ["a blank name", { name: " " }, 60112],
    ["no number", { mobile: undefined }, 40035],
    ["a number that is none", { mobile: "12" }, 60103],
    ["no label", { label_ids: undefined }, 60204],
    ["an empty list of labels", { label_ids: [] }, 60204],
    ["a label nobody made", { label_ids: [5] }, 60204],
    ["21 labels", { label_ids: Array.from({ length: 21 }, () => 700_001) }, 40035],
    ["nobody who follows", { follower_user_id: undefined }, 40035],
    ["a follower who is nobody", { follower_user_id: "ghost" }, 60121],
    ["shared with an unknown department", { share_dept_ids: [77] }, 60003],
    ["shared with 21 departments", { share_dept_ids: Array.from({ length: 21 }, () => 1) }, 40035],
    ["shared with somebody unknown", { share_user_ids: ["ghost"] }, 60121],
  ])("%s", (_name, change, expected) => {
    const bench = staffed();
    expect(bench.code(`${CONTACT}/create`, { contact: { ...partner, ...change } })).toBe(expected);
    expect(bench.organisation.contacts.size).toBe(expected === undefined ? 1 : 0);
  });

  test("the answer has the userid at the top; a form sends the contact as text", () => {
    const bench = staffed();
    expect(bench.answer(`${CONTACT}/create`, { contact: JSON.stringify(partner) })).toEqual({
      userid: expect.stringMatching(/^\d+$/),
    });
  });

  test.each([60200, 22005] as const)(
    "a number that exists already answers %d by switch",
    (duplicateContact) => {
      const bench = staffed({ duplicateContact });
      bench.answer(`${CONTACT}/create`, { contact: partner });
      expect(bench.code(`${CONTACT}/create`, { contact: partner })).toBe(duplicateContact);
      expect(bench.code(`${CONTACT}/create`, { contact: { ...partner, state_code: "86" } })).toBeUndefined();
    },
  );

  test("60203 for too many, 60205 if they are not enabled", () => {
    const full = staffed({ maxContacts: 1 });
    full.answer(`${CONTACT}/create`, { contact: partner });
    expect(full.code(`${CONTACT}/create`, { contact: { ...partner, mobile: "91234568" } })).toBe(60203);
    const off = staffed({ externalContacts: false });
    for (const call of ["create", "update", "delete", "list", "get", "listlabelgroups"])
      expect(off.code(`${CONTACT}/${call}`, { contact: partner, user_id: "x" })).toBe(60205);
  });
});

describe("8.3 the other calls", () => {
  test("update keeps fields that are not in the call, and always the number", () => {
    const bench = staffed();
    const a = addDepartment(bench, "A");
    const { userid } = bench.answer(`${CONTACT}/create`, { contact: partner });
    bench.answer(`${CONTACT}/update`, {
      contact: { user_id: userid, title: "Buyer", mobile: "99999999", share_dept_ids: [a] },
    });
    expect(bench.result(`${CONTACT}/get`, { user_id: userid })).toEqual({
      userid,
      name: "Ho Sir",
      state_code: "852",
      mobile: "91234567",
      label_ids: [700_001],
      follower_user_id: "u1",
      company_name: "Partner Ltd",
      title: "Buyer",
      address: "",
      remark: "",
      share_dept_ids: [a],
      share_user_ids: [],
    });
    expect(bench.code(`${CONTACT}/update`, { contact: { user_id: "ghost", title: "x" } })).toBe(60121);
  });

  test("list has its results at the top, in pages", () => {
    const bench = staffed();
    for (const mobile of ["91234561", "91234562", "91234563"])
      bench.answer(`${CONTACT}/create`, { contact: { ...partner, mobile } });
    const page = bench.answer(`${CONTACT}/list`, { size: 2, offset: 1 }).results as { mobile: string }[];
    expect(page.map(({ mobile }) => mobile)).toEqual(["91234562", "91234563"]);
    expect(bench.code(`${CONTACT}/list`, { size: 101, offset: 0 })).toBe(40069);
    expect(bench.answer(`${CONTACT}/listlabelgroups`, { size: 20, offset: 0 }).results).toMatchObject([
      { labels: [{ id: 700_001 }, {}] },
    ]);
  });

  test("delete frees the number; 5.4 getbyunionid distinguishes them from employees", () => {
    const bench = staffed();
    const { userid } = bench.answer(`${CONTACT}/create`, { contact: partner });
    const { unionid } = bench.organisation.contacts.get(String(userid))!;
    expect(bench.result("/topapi/user/getbyunionid", { unionid })).toEqual({ contact_type: 1, userid });
    bench.answer(`${CONTACT}/delete`, { user_id: userid });
    expect(bench.code(`${CONTACT}/delete`, { user_id: userid })).toBe(60121);
    expect(bench.code("/topapi/user/getbyunionid", { unionid })).toBe(60121);
    expect(bench.code(`${CONTACT}/create`, { contact: partner })).toBeUndefined();
  });
});
