import { limitsFor } from "../../../src/simulator/gateway/limits.ts";
import { lookOf } from "../../../src/simulator/organisation/department-names.ts";
import { isPlausibleMobile } from "../../../src/simulator/organisation/numbering.ts";
import { addDepartment, addUser, createBench, DEPARTMENT, NOW, USER } from "./bench.ts";

/*
 * If the sources disagree or say nothing, the simulator behaves in the stricter way by default. A switch
 * selects the other one.
 */

const create = `${USER}/create`;
const update = `${USER}/update`;
const person = { userid: "u1", name: "Chan Tai Man", mobile: "+852-91234567", dept_id_list: "1" };

describe("mobile numbers of other countries", () => {
  test.each([
    ["+852-9123456", false],
    ["+852-912345678", false],
    ["+853-66123456", true],
    ["+886-912345678", true],
    ["+886-0912345678", false],
    ["+65-91234567", true],
    ["+1-2025550123", true],
    ["+1-202555012", false],
    ["+44-7911123456", true],
    ["+49-15123456789", true],
    ["+376-312345", true],
    ["+999-91234567", false],
    ["+8-912345678", false],
    ["+1234-5678901", false],
  ])("%s may exist: %s", (mobile, expected) => {
    expect(createBench().code(create, { ...person, mobile })).toBe(expected ? undefined : 60103);
    const account = {
      ...person,
      mobile: undefined,
      exclusive_account: true,
      exclusive_account_type: "sso",
      exclusive_mobile: mobile,
    };
    expect(createBench().code(create, account)).toBe(expected ? undefined : 60103);
  });

  test("by switch every length passes", () => {
    expect(
      createBench({ mobileLengths: "any" }).code(create, { ...person, mobile: "+852-912345678" }),
    ).toBeUndefined();
  });

  test("the table has only assigned country codes, and no number is too long", () => {
    for (const code of [
      "1",
      "7",
      "34",
      "61",
      "86",
      "212",
      "263",
      "420",
      "590",
      "673",
      "692",
      "852",
      "880",
      "998",
    ]) {
      expect([8, 9, 10, 11].some((length) => isPlausibleMobile(code, "1".repeat(length)))).toBe(true);
      expect(isPlausibleMobile(code, "1".repeat(14))).toBe(false);
    }
  });
});

describe("extensions", () => {
  test("20 characters, 50 by switch", () => {
    expect(createBench().code(create, { ...person, telephone: "1".repeat(20) })).toBeUndefined();
    expect(createBench().code(create, { ...person, telephone: "1".repeat(21) })).toBe(40063);
    expect(
      createBench({ telephoneMax: 50 }).code(create, { ...person, telephone: "1".repeat(50) }),
    ).toBeUndefined();
  });

  test("by switch DingTalk assigns a unique one to everybody without one", () => {
    const bench = createBench({ assignsTelephones: true });
    for (const userid of ["u1", "u2", "u3"])
      addUser(bench, userid, userid === "u3" ? { telephone: "204" } : {});
    const assigned = ["u1", "u2", "u3"].map((userid) => bench.result(`${USER}/get`, { userid }).telephone);
    expect(assigned).toEqual([expect.stringMatching(/^8\d{4}$/), expect.stringMatching(/^8\d{4}$/), "204"]);
    expect(new Set(assigned).size).toBe(3);
    expect(bench.code(update, { userid: "u3", telephone: assigned[0] })).toBe(40100);
  });
});

describe("addresses", () => {
  test.each([
    "Ann <ann@example.com>",
    "ann@example",
    "a@b@example.com",
    "ann@example.com;bo@example.com",
    "ann @example.com",
  ])("60105: %s", (email) => {
    expect(createBench().code(create, { ...person, email })).toBe(60105);
    expect(createBench().code(create, { ...person, org_email: email })).toBe(60105);
  });

  test.each([40101, 60106] as const)(
    "a mailbox belongs to one person, in any letter case: %d",
    (duplicateMailbox) => {
      const bench = createBench({ duplicateMailbox });
      addUser(bench, "u1", { org_email: "sales@corp.example.com" });
      expect(bench.code(create, { ...person, userid: "u2", org_email: "Sales@corp.example.com" })).toBe(
        duplicateMailbox,
      );
      addUser(bench, "u2");
      expect(bench.code(update, { userid: "u2", org_email: "sales@corp.example.com" })).toBe(
        duplicateMailbox,
      );
      expect(bench.code(update, { userid: "u1", org_email: "sales@corp.example.com" })).toBeUndefined();
      bench.answer(`${USER}/delete`, { userid: "u1" });
      expect(bench.code(update, { userid: "u2", org_email: "sales@corp.example.com" })).toBeUndefined();
    },
  );

  test("a login name belongs to one person, in any letter case", () => {
    const bench = createBench();
    const account = {
      exclusive_account: true,
      exclusive_account_type: "dingtalk",
      init_password: "Abcd1234",
      mobile: undefined,
    };
    bench.result(create, { ...person, ...account, login_id: "Tai.Man" });
    expect(bench.code(create, { ...person, ...account, userid: "u2", login_id: "tai.man" })).toBe(40035);
    expect(bench.result(`${USER}/get`, { login_id: "TAI.MAN" })).toMatchObject({
      userid: "u1",
      login_id: "Tai.Man",
    });
  });

  test("by switch reads show an address only for people who have set it up in Mail", () => {
    const bench = createBench({ emailShown: "whenSetUp" });
    addUser(bench, "u1", { email: "u1@example.com" });
    const read = () => [
      bench.result(`${USER}/get`, { userid: "u1" }).email,
      bench.result<{ list: { email?: string }[] }>(`${USER}/list`, { dept_id: 1, cursor: 0, size: 10 })
        .list[0]?.email,
    ];
    expect(read()).toEqual([undefined, undefined]);
    expect(bench.code(create, { ...person, userid: "u2", email: "u1@example.com" })).toBe(60106);
    expect(bench.edit("mail", { userid: "u1" }).kind).toBe("done");
    expect(read()).toEqual(["u1@example.com", "u1@example.com"]);
  });
});

describe("names of departments", () => {
  test.each([
    ["letter case", "Sales HK", "SALES hk"],
    ["blanks", "Sales HK", "Sales  HK"],
    ["blanks at the ends", "Sales", " Sales "],
    ["a no-break space", "Sales HK", "Sales\u00a0HK"],
    ["an invisible character", "Sales", "Sa\u200bles"],
    ["a direction mark", "Sales", "\u200fSales"],
    ["composed and decomposed", "Café", "Cafe\u0301"],
  ])("%s alone is no difference", (_what, first, second) => {
    const bench = createBench();
    const id = addDepartment(bench, first);
    expect(bench.code(`${DEPARTMENT}/create`, { name: second, parent_id: 1 })).toBe(60021);
    const other = addDepartment(bench, "Other");
    expect(bench.code(`${DEPARTMENT}/update`, { dept_id: other, name: second })).toBe(60021);
    expect(bench.code(`${DEPARTMENT}/update`, { dept_id: id, name: second })).toBeUndefined();
  });

  test("by switch every difference makes another name", () => {
    const bench = createBench({ departmentNames: "exact" });
    addDepartment(bench, "Sales");
    expect(bench.code(`${DEPARTMENT}/create`, { name: "sales", parent_id: 1 })).toBeUndefined();
    expect(bench.code(`${DEPARTMENT}/create`, { name: "sales", parent_id: 1 })).toBe(60021);
  });

  test("a name of invisible characters only is refused", () => {
    expect(lookOf("\u200b \u200f")).toBe("");
    expect(createBench().code(`${DEPARTMENT}/create`, { name: "\u200b\u200f", parent_id: 1 })).toBe(60001);
    expect(createBench().code(create, { ...person, name: "\u200b" })).toBe(60112);
  });

  test.each([64, 100] as const)("%d characters on update, 64 on create", (departmentNameOnUpdate) => {
    const bench = createBench({ departmentNameOnUpdate });
    const dept_id = addDepartment(bench, "x".repeat(64));
    expect(bench.code(`${DEPARTMENT}/create`, { name: "y".repeat(65), parent_id: 1 })).toBe(60001);
    expect(
      bench.code(`${DEPARTMENT}/update`, { dept_id, name: "y".repeat(departmentNameOnUpdate) }),
    ).toBeUndefined();
    expect(
      bench.code(`${DEPARTMENT}/update`, { dept_id, name: "y".repeat(departmentNameOnUpdate + 1) }),
    ).toBe(60001);
  });
});

test("a full department accepts no new member, but all other changes of its members", () => {
  const bench = createBench({ maxDepartmentMembers: 1 });
  const a = addDepartment(bench, "A");
  addUser(bench, "u1", { dept_id_list: String(a) });
  expect(bench.code(create, { ...person, userid: "u2", dept_id_list: String(a) })).toBe(40023);
  expect(bench.code(update, { userid: "u1", title: "Clerk", dept_id_list: String(a) })).toBeUndefined();
  expect(bench.code(update, { userid: "u1", dept_id_list: `${a},1` })).toBeUndefined();
});

describe("administrators", () => {
  test("the list may lag behind: a new administrator is missing, a former one is still in it", () => {
    const bench = createBench({ adminListDelayMs: 60_000 });
    addUser(bench, "u1");
    const listed = () => bench.result("/topapi/user/listadmin");
    bench.edit("admin", { userid: "u1", sys_level: 2 });
    expect(listed()).toEqual([]);
    bench.organisation.switches = { ...bench.organisation.switches, adminListDelayMs: 0 };
    expect(listed()).toEqual([{ userid: "u1", sys_level: 2 }]);
    bench.organisation.switches = { ...bench.organisation.switches, adminListDelayMs: 60_000 };
    bench.edit("admin", { userid: "u1", sys_level: 0 });
    expect(listed()).toEqual([{ userid: "u1", sys_level: 2 }]);
    expect(bench.result(`${USER}/get`, { userid: "u1" })).toMatchObject({ admin: false });
  });
});

describe("invitations", () => {
  const protectedMobiles = [person.mobile];
  const invitation = (bench: ReturnType<typeof createBench>) =>
    [...bench.organisation.invitations.values()][0];

  test("each create sends another invitation", () => {
    const bench = createBench({ protectedMobiles });
    for (const sent of [1, 2, 3]) {
      expect(bench.code(create, person)).toBe(40103);
      expect(invitation(bench)).toMatchObject({ sent, sentMs: NOW });
    }
  });

  test("after seven days an invitation cannot be accepted", () => {
    const bench = createBench({ protectedMobiles, invitationDays: 1e-9 });
    bench.code(create, person);
    bench.organisation.invitations.set("852-91234567", { ...invitation(bench)!, sentMs: NOW - 1 });
    expect(bench.edit("accept", { mobile: person.mobile })).toMatchObject({
      kind: "refused",
      refusal: { errcode: 60121 },
    });
    bench.organisation.switches = { ...bench.organisation.switches, invitationDays: 7 };
    expect(bench.edit("accept", { mobile: person.mobile }).kind).toBe("done");
  });
});

describe("DingTalk's own ways with values", () => {
  test("refuses one value with any code, of create and update, of users and departments", () => {
    const bench = createBench({
      ownWays: [
        { on: "user", field: "job_number", value: "0007", refuses: 60123 },
        { on: "department", field: "name", value: "Board", refuses: 99999 },
      ],
    });
    expect(bench.code(create, { ...person, job_number: "0007" })).toBe(60123);
    expect(bench.code(create, { ...person, job_number: "0008" })).toBeUndefined();
    expect(bench.code(update, { userid: "u1", job_number: "0007" })).toBe(60123);
    expect(bench.code(`${DEPARTMENT}/create`, { name: "Board", parent_id: 1 })).toBe(99999);
    expect(bench.edit(update, { userid: "u1", job_number: "0007" }).kind).toBe("done");
  });

  test("accepts a value and passes over it, or makes another of it", () => {
    const bench = createBench({
      ownWays: [
        { on: "user", field: "title" },
        { on: "user", field: "work_place", value: "HK", makes: "Hong Kong" },
        { on: "department", field: "name", value: "R&D", makes: "R＆D" },
      ],
    });
    bench.result(create, { ...person, title: "Clerk", work_place: "HK" });
    const read = bench.result(`${USER}/get`, { userid: "u1" });
    expect([read.title, read.work_place]).toEqual([undefined, "Hong Kong"]);
    const id = addDepartment(bench, "R&D");
    expect(bench.result(`${DEPARTMENT}/get`, { dept_id: id }).name).toBe("R＆D");
  });
});

test("the exclusive edition sells 120 calls a second", () => {
  expect(limitsFor(120)).toMatchObject({ addressCalls: 10_000, tokensPerMinute: 60 });
  expect(limitsFor(121)).toMatchObject({ addressCalls: 0 });
});
