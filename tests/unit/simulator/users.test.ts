import { addDepartment, addUser, createBench, DEPARTMENT, NOW, USER } from "./bench.ts";

const create = `${USER}/create`;
const update = `${USER}/update`;
const remove = `${USER}/delete`;
const get = `${USER}/get`;
const person = { userid: "u1", name: "Chan Tai Man", mobile: "+852-91234567", dept_id_list: "1" };

describe("5.1 user/create", () => {
  test("the answer says unionId, reads say unionid, and nobody is activated by it", () => {
    const bench = createBench();
    const created = bench.result<{ userid: string; unionId: string }>(create, person);
    expect(Object.keys(created)).toEqual(["userid", "unionId"]);
    expect(bench.result(get, { userid: "u1" })).toMatchObject({
      unionid: created.unionId,
      active: false,
      exclusive_account: false,
    });
  });

  test("org_email takes effect only where the mailbox product is on", () => {
    for (const mailboxes of [true, false]) {
      const bench = createBench({ mailboxes });
      bench.result(create, { ...person, org_email: "tm@corp.example.com" });
      expect(bench.result(get, { userid: "u1" }).org_email).toBe(
        mailboxes ? "tm@corp.example.com" : undefined,
      );
    }
  });

  test("a userid is generated when absent", () => {
    const bench = createBench();
    const { userid } = bench.result<{ userid: string }>(create, { ...person, userid: undefined });
    expect(userid).toMatch(/^\d+$/);
    expect(bench.organisation.users.has(userid)).toBe(true);
  });

  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["everything right", {}, undefined],
    ["no name", { name: undefined }, 40035],
    ["blank name", { name: "  " }, 60112],
    ["name of 81 characters", { name: "x".repeat(81) }, 60112],
    ["80 characters outside the BMP", { name: "𠮷".repeat(80) }, undefined],
    ["neither mobile nor e-mail", { mobile: undefined }, 60113],
    ["e-mail but no mobile", { mobile: undefined, email: "a@example.com" }, 40035],
    ["no departments", { dept_id_list: undefined }, 40035],
    ["empty department list", { dept_id_list: "" }, 40025],
    ["departments as a real array", { dept_id_list: [1] }, 40035],
    ["one department as a number", { dept_id_list: 1 }, undefined],
    ["department that is no number", { dept_id_list: "1,x" }, 40025],
    ["unknown department", { dept_id_list: "1,42" }, 60003],
    ["101 departments", { dept_id_list: Array.from({ length: 101 }, (_, at) => at + 1).join(",") }, 40066],
    ["userid of 65 characters", { userid: "x".repeat(65) }, 40035],
    ["userid with a space", { userid: "a b" }, 40035],
    ["telephone of 51", { telephone: "1".repeat(51) }, 40063],
    ["work_place of 101", { work_place: "x".repeat(101) }, 40064],
    ["remark of 2001", { remark: "x".repeat(2001) }, 40065],
    ["job_number of 51", { job_number: "x".repeat(51) }, 60123],
    ["title of 201", { title: "x".repeat(201) }, 40035],
    ["bad e-mail", { email: "nobody" }, 60105],
    ["hired_date 0", { hired_date: 0 }, 40035],
    ["hired_date in milliseconds as text", { hired_date: "1767225600000" }, undefined],
    ["unknown manager", { manager_userid: "ghost" }, 60128],
    ["extension that is no JSON", { extension: "{" }, 60122],
    ["extension over 2000", { extension: JSON.stringify({ "Cost centre": "x".repeat(2000) }) }, 60122],
    ["list of objects as JSON text", { dept_order_list: '[{"dept_id":1,"order":5}]' }, undefined],
    ["list of objects as an array", { dept_order_list: [{ dept_id: 1, order: 5 }] }, undefined],
    ["list of objects that is none", { dept_order_list: "5" }, 40035],
  ])("%s", (_name, change, expected) => {
    const bench = createBench();
    expect(bench.code(create, { ...person, ...change })).toBe(expected);
    expect(bench.organisation.users.size).toBe(expected === undefined ? 1 : 0);
  });

  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["userid, before anything else", { mobile: "+852-91234567" }, 60102],
    ["mobile", { userid: "u2", mobile: "+852-91234567" }, 60104],
    ["e-mail, whatever its case", { userid: "u2", email: "TM@example.com" }, 60106],
    ["telephone", { userid: "u2", telephone: "101" }, 40100],
    ["job_number may be taken", { userid: "u2", job_number: "7" }, undefined],
  ])("unique in the organisation: %s", (_name, change, expected) => {
    const bench = createBench();
    bench.result(create, { ...person, email: "tm@example.com", telephone: "101", job_number: "7" });
    expect(bench.code(create, { ...person, mobile: "+852-90000000", ...change })).toBe(expected);
  });

  test.each([
    ["text", "手机号码在公司中已存在 userid:u1", undefined],
    ["field", "手机号码在公司中已存在", { userid: "u1" }],
    ["both", "手机号码在公司中已存在 userid:u1", { userid: "u1" }],
    ["nothing", "手机号码在公司中已存在", undefined],
  ] as const)("60104 names who has the number in: %s", (duplicateMobileNames, errmsg, fields) => {
    const bench = createBench({ duplicateMobileNames });
    bench.result(create, person);
    const outcome = bench.call(create, { ...person, userid: "u2" });
    expect(outcome).toMatchObject({ kind: "refused", refusal: { errcode: 60104, errmsg } });
    expect(
      outcome.kind === "refused" && outcome.refusal.generation === "old" && outcome.refusal.fields,
    ).toEqual(fields);
  });

  test("custom fields nobody made in the console are ignored", () => {
    const bench = createBench();
    bench.result(create, { ...person, extension: '{"Cost centre":"4711","Shoe size":"43"}' });
    expect(bench.result(get, { userid: "u1" }).extension).toBe('{"Cost centre":"4711"}');
  });

  test("main department, titles and orders per department; larger order comes first", () => {
    const bench = createBench();
    const [a, b] = [addDepartment(bench, "A"), addDepartment(bench, "B")];
    bench.result(create, {
      ...person,
      title: "Clerk",
      dept_id_list: `${a},${b}`,
      dept_title_list: [{ dept_id: a, title: "Head" }],
      dept_position_list: [{ dept_id: b, is_main: true, work_place: "Kowloon" }],
      dept_order_list: [{ dept_id: b, order: 100 }],
    });
    addUser(bench, "u2", { dept_id_list: String(b), dept_order_list: [{ dept_id: b, order: 5 }] });
    expect(bench.result(get, { userid: "u1" })).toMatchObject({
      dept_id_list: [a, b],
      dept_position_list: [
        { dept_id: a, is_main: false, title: "Head", work_place: "" },
        { dept_id: b, is_main: true, title: "Clerk", work_place: "Kowloon" },
      ],
      dept_order_list: [
        { dept_id: a, order: 0 },
        { dept_id: b, order: 100 },
      ],
    });
    const members = bench.result<{ list: { userid: string }[] }>(`${USER}/list`, {
      dept_id: b,
      cursor: 0,
      size: 10,
    }).list;
    expect(members.map(({ userid }) => userid)).toEqual(["u1", "u2"]);
  });
});

describe("5.1 account protection", () => {
  const protectedMobiles = [person.mobile];

  test("40103 sends an invitation; accepting makes the member the call asked for, logged in", () => {
    const bench = createBench({ protectedMobiles });
    const a = addDepartment(bench, "A");
    expect(bench.code(create, { ...person, dept_id_list: String(a), title: "Clerk" })).toBe(40103);
    expect(bench.code(create, { ...person, dept_id_list: String(a), title: "Clerk" })).toBe(40103);
    expect(bench.code(`${USER}/getbymobile`, { mobile: person.mobile })).toBe(60121);
    expect(bench.edit("accept", { mobile: person.mobile })).toMatchObject({
      kind: "done",
      answer: { result: { userid: "u1" } },
    });
    expect(bench.result(get, { userid: "u1" })).toMatchObject({
      title: "Clerk",
      dept_id_list: [a],
      active: true,
    });
    expect(bench.organisation.invitations.size).toBe(0);
    expect(bench.edit("accept", { mobile: person.mobile }).kind).toBe("refused");
  });

  test("a value that somebody else has by then is left out of the member who accepted", () => {
    const bench = createBench({ protectedMobiles });
    const shared = { telephone: "1204", email: "shop@example.com" };
    expect(bench.code(create, { ...person, ...shared })).toBe(40103);
    expect(
      bench.code(create, {
        userid: "u2",
        name: "Other",
        mobile: "+852-91230002",
        dept_id_list: "1",
        ...shared,
      }),
    ).toBeUndefined();
    bench.edit("accept", { mobile: person.mobile });
    expect(
      [...bench.organisation.users.values()].map(({ userid, telephone, email }) => [
        userid,
        telephone,
        email,
      ]),
    ).toEqual([
      ["u2", "1204", "shop@example.com"],
      ["u1", "", ""],
    ]);
  });

  test("who consented once can be added again after leaving", () => {
    const bench = createBench({ protectedMobiles });
    bench.code(create, person);
    bench.edit("accept", { mobile: person.mobile });
    bench.answer(remove, { userid: "u1" });
    expect(bench.code(create, person)).toBeUndefined();
  });

  test("other refusals that hang on the person come by number", () => {
    const bench = createBench({ createRefusals: { [person.mobile]: 60107 } });
    expect(bench.code(create, person)).toBe(60107);
  });

  test("head count: 40024, or 40020 for an organisation that is not verified", () => {
    for (const [verified, code] of [
      [true, 40024],
      [false, 40020],
    ] as const) {
      const bench = createBench({ maxUsers: 1, verified });
      bench.answer(create, person);
      expect(bench.code(create, { ...person, userid: "u2", mobile: "+852-90000001" })).toBe(code);
    }
  });
});

describe("5.2 user/update", () => {
  test("what is not named stays; dept_id_list replaces the whole set", () => {
    const bench = createBench({ emailShown: "always" });
    const [a, b] = [addDepartment(bench, "A"), addDepartment(bench, "B")];
    bench.answer(create, { ...person, dept_id_list: `1,${a}`, title: "Clerk", email: "a@example.com" });
    bench.answer(update, { userid: "u1", dept_id_list: `${b},${a}`, title: "Chief" });
    expect(bench.result(get, { userid: "u1" })).toMatchObject({
      dept_id_list: [b, a],
      title: "Chief",
      email: "a@example.com",
      name: person.name,
    });
    expect(bench.result(`/topapi/user/listid`, { dept_id: 1 })).toEqual({ userid_list: [] });
  });

  test.each([60121, 33012] as const)(
    "an unknown userid answers %d by switch, in update, get and delete",
    (unknownUser) => {
      const bench = createBench({ unknownUser });
      for (const path of [update, get, remove])
        expect(bench.code(path, { userid: "ghost" })).toBe(unknownUser);
    },
  );

  test("extension overwrites by default and is added to in mode 1", () => {
    const bench = createBench();
    const extension = () => bench.result(get, { userid: "u1" }).extension;
    bench.answer(create, { ...person, extension: '{"Cost centre":"1","Job level":"A"}' });
    bench.answer(update, { userid: "u1", extension: '{"Cost centre":"2"}', ext_attrs_update_mode: 1 });
    expect(JSON.parse(String(extension()))).toEqual({ "Cost centre": "2", "Job level": "A" });
    bench.answer(update, { userid: "u1", extension: { "Cost centre": "3" } });
    expect(extension()).toBe('{"Cost centre":"3"}');
    bench.answer(update, { userid: "u1", title: "x" });
    expect(extension()).toBe('{"Cost centre":"3"}');
  });

  test("a manager is cleared by force only", () => {
    const bench = createBench();
    addUser(bench, "boss");
    bench.answer(create, { ...person, manager_userid: "boss" });
    const manager = () => bench.result(get, { userid: "u1" }).manager_userid;
    bench.answer(update, { userid: "u1", manager_userid: "" });
    expect(manager()).toBe("boss");
    bench.answer(update, { userid: "u1", manager_userid: "", force_update_fields: "manager_userid" });
    expect(manager()).toBeUndefined();
  });

  test.each([
    ["clears", undefined],
    ["ignored", "Clerk"],
  ] as const)("an empty string: %s", (emptyString, expected) => {
    const bench = createBench({ emptyString });
    bench.answer(create, { ...person, title: "Clerk", email: "a@example.com" });
    bench.answer(update, { userid: "u1", title: "", email: "" });
    expect(bench.result(get, { userid: "u1" }).title).toBe(expected);
    expect(
      bench.code(create, { ...person, userid: "u2", mobile: "+852-90000001", email: "a@example.com" }),
    ).toBe(emptyString === "clears" ? undefined : 60106);
  });

  test.each<[string, Record<string, unknown>, boolean, number | undefined]>([
    ["before activation", {}, false, undefined],
    ["after it", {}, true, 41054],
    ["after it, the other answers", { activatedMobileChange: 40022 }, true, 40022],
    ["to a number DingTalk knows", { registeredMobiles: ["+852-90000009"] }, false, 40021],
    ["where update does not look at it", { mobileInUpdate: "ignored" }, true, undefined],
  ])("mobile change %s", (_name, switches, activated, expected) => {
    const bench = createBench(switches);
    bench.answer(create, person);
    if (activated) bench.edit("activate", { userid: "u1" });
    expect(bench.code(update, { userid: "u1", mobile: "+852-90000009", title: "New" })).toBe(expected);
    const changed = expected === undefined && switches.mobileInUpdate !== "ignored";
    expect(bench.result(get, { userid: "u1" }).mobile).toBe(changed ? "90000009" : "91234567");
  });

  test("the same number again is no change, somebody else's is 60104", () => {
    const bench = createBench();
    bench.answer(create, person);
    bench.edit("activate", { userid: "u1" });
    bench.answer(create, { ...person, userid: "u2", mobile: "+852-90000001" });
    expect(bench.code(update, { userid: "u1", mobile: person.mobile })).toBeUndefined();
    expect(bench.code(update, { userid: "u2", mobile: person.mobile })).toBe(60104);
  });

  test("who leaves a department is no longer its manager, or is refused by switch", () => {
    for (const managerLeavesDepartment of ["dropped", "refused"] as const) {
      const bench = createBench({ managerLeavesDepartment });
      const a = addDepartment(bench, "A");
      bench.answer(create, { ...person, dept_id_list: `1,${a}` });
      bench.answer(`${DEPARTMENT}/update`, { dept_id: a, dept_manager_userid_list: "u1" });
      expect(bench.code(update, { userid: "u1", dept_id_list: "1" })).toBe(
        managerLeavesDepartment === "dropped" ? undefined : 400002,
      );
      const managers = bench.organisation.departments.get(a)?.dept_manager_userid_list;
      expect(managers).toEqual(managerLeavesDepartment === "dropped" ? [] : ["u1"]);
    }
  });

  test("the event tells what changed; a cleared field is missing in curr", () => {
    const bench = createBench();
    addUser(bench, "boss");
    bench.answer(create, { ...person, manager_userid: "boss" });
    const outcome = bench.call(update, {
      userid: "u1",
      title: "Chief",
      force_update_fields: "manager_userid",
    });
    expect(outcome).toMatchObject({
      events: [
        {
          eventType: "user_modify_org",
          data: {
            timeStamp: String(NOW),
            userId: ["u1"],
            diffInfo: { userid: "u1", prev: { managerUserid: "boss" }, curr: { title: "Chief" } },
          },
        },
      ],
    });
  });
});

describe("5.3 and 13.4 user/delete", () => {
  test("gone from every list, roles dropped, others' manager left dangling, a leave record by oapi", () => {
    const bench = createBench();
    const a = addDepartment(bench, "A");
    bench.answer(create, { ...person, dept_id_list: `1,${a}` });
    addUser(bench, "u2", { manager_userid: "u1" });
    bench.answer(`${DEPARTMENT}/update`, { dept_id: a, dept_manager_userid_list: "u1" });
    const outcome = bench.call(remove, { userid: "u1" });
    expect(outcome).toMatchObject({
      kind: "done",
      events: [{ eventType: "user_leave_org", data: { userId: ["u1"] } }],
    });
    expect(bench.result("/topapi/user/listid", { dept_id: a })).toEqual({ userid_list: [] });
    expect(bench.code(`${USER}/getbymobile`, { mobile: person.mobile })).toBe(60121);
    expect(bench.result(get, { userid: "u2" }).manager_userid).toBe("u1");
    expect(bench.organisation.departments.get(a)?.dept_manager_userid_list).toEqual([]);
    expect(bench.organisation.leaves).toMatchObject([
      { userId: "u1", leaveReason: "oapi", stateCode: "852", mobile: "91234567" },
    ]);
    expect(bench.code(remove, { userid: "u1" })).toBe(60121);
  });

  test("the same person comes back with the same userid and the same unionid", () => {
    const bench = createBench();
    const before = bench.result(create, person).unionId;
    bench.answer(remove, { userid: "u1" });
    expect(bench.result(create, person)).toEqual({ userid: "u1", unionId: before });
    bench.answer(remove, { userid: "u1" });
    expect(bench.result(create, { ...person, mobile: "+852-90000009" }).unionId).not.toBe(before);
  });
});

describe("5.4 reads", () => {
  test("country code split, values that are not set absent", () => {
    const bench = createBench();
    bench.answer(create, { ...person, hired_date: 1767225600000 });
    const user = bench.result(get, { userid: "u1" });
    expect(user).toMatchObject({ state_code: "852", mobile: "91234567", hired_date: 1767225600000 });
    for (const name of ["title", "email", "manager_userid", "avatar", "role_list", "extension"])
      expect(user).not.toHaveProperty(name);
  });

  test("2.3 without field permissions the fields are silently absent", () => {
    const bench = createBench({ fieldPermissions: { mobile: false, personal: false } });
    bench.answer(create, {
      ...person,
      email: "a@example.com",
      remark: "r",
      work_place: "HK",
      extension: '{"Cost centre":"1"}',
    });
    const views = [
      bench.result(get, { userid: "u1" }),
      bench.result<{ list: Record<string, unknown>[] }>(`${USER}/list`, { dept_id: 1, cursor: 0, size: 1 })
        .list[0],
    ];
    for (const view of views) {
      for (const name of ["mobile", "state_code", "email", "remark", "work_place", "extension"])
        expect(view).not.toHaveProperty(name);
      expect(view).toHaveProperty("name");
    }
  });

  test("user/list has dept_order and leader instead of lists, no manager and no roles", () => {
    const bench = createBench();
    addUser(bench, "boss");
    bench.answer(create, { ...person, manager_userid: "boss", dept_order_list: [{ dept_id: 1, order: 9 }] });
    const [first] = bench.result<{ list: Record<string, unknown>[] }>(`${USER}/list`, {
      dept_id: 1,
      cursor: 0,
      size: 10,
    }).list;
    expect(first).toMatchObject({ userid: "u1", dept_order: 9, leader: false, dept_id_list: [1] });
    for (const name of ["manager_userid", "role_list", "dept_order_list", "leader_in_dept"])
      expect(first).not.toHaveProperty(name);
  });

  test("direct members only, paged, next_cursor absent at the end", () => {
    const bench = createBench();
    const a = addDepartment(bench, "A");
    addUser(bench, "below", { dept_id_list: String(addDepartment(bench, "B", a)) });
    const people = Array.from({ length: 5 }, (_, at) =>
      addUser(bench, `m${at}`, { dept_id_list: String(a) }),
    );
    const walk = (path: string): string[] => {
      const found: string[] = [];
      for (let cursor: number | undefined = 0; cursor !== undefined; ) {
        const page: { has_more: boolean; next_cursor?: number; list: { userid: string }[] } = bench.result(
          path,
          {
            dept_id: a,
            cursor,
            size: 2,
          },
        );
        found.push(...page.list.map(({ userid }) => userid));
        expect(page.has_more).toBe("next_cursor" in page);
        cursor = page.next_cursor;
      }
      return found;
    };
    expect(walk(`${USER}/list`)).toEqual(people);
    expect(walk("/topapi/user/listsimple")).toEqual(people);
  });

  test.each<[Record<string, unknown>, number | undefined]>([
    [{ size: 100 }, undefined],
    [{ size: 101 }, 40069],
    [{ size: 0 }, 40069],
    [{ cursor: -1 }, 40068],
    [{ cursor: 100_001 }, 40068],
    [{ order_field: "age" }, 40035],
    [{ dept_id: 42 }, 60003],
  ])("user/list %j", (fields, expected) => {
    expect(createBench().code(`${USER}/list`, { dept_id: 1, cursor: 0, size: 10, ...fields })).toBe(expected);
  });

  test.each([
    ["entry_asc", ["a", "b", "c"]],
    ["entry_desc", ["c", "b", "a"]],
    ["modify_asc", ["b", "c", "a"]],
    ["modify_desc", ["a", "c", "b"]],
    ["custom", ["b", "a", "c"]],
  ])("order %s", (order_field, expected) => {
    const bench = createBench();
    for (const userid of ["a", "b", "c"])
      addUser(bench, userid, { dept_order_list: [{ dept_id: 1, order: userid === "b" ? 2 : 1 }] });
    bench.answer(update, { userid: "a", title: "x" });
    const { list } = bench.result<{ list: { userid: string }[] }>(`${USER}/list`, {
      dept_id: 1,
      cursor: 0,
      size: 10,
      order_field,
    });
    expect(list.map(({ userid }) => userid)).toEqual(expected);
  });

  test("the other look-ups", () => {
    const bench = createBench();
    const { unionId } = bench.result<{ unionId: string }>(create, person);
    addUser(bench, "u2");
    bench.edit("activate", { userid: "u2" });
    bench.edit("admin", { userid: "u2", sys_level: 1 });
    expect(bench.result("/topapi/user/count", { only_active: false })).toEqual({ count: 2 });
    expect(bench.result("/topapi/user/count", { only_active: true })).toEqual({ count: 1 });
    expect(bench.result("/topapi/user/listadmin")).toEqual([{ userid: "u2", sys_level: 1 }]);
    expect(bench.result("/topapi/user/getbyunionid", { unionid: unionId })).toEqual({
      contact_type: 0,
      userid: "u1",
    });
    expect(bench.code("/topapi/user/getbyunionid", { unionid: "nobody" })).toBe(60121);
    expect(
      bench.result("/topapi/inactive/user/v2/get", {
        is_active: false,
        query_date: "20260820",
        offset: 0,
        size: 10,
      }),
    ).toEqual({
      has_more: false,
      list: ["u1"],
    });
  });

  test("2.3 50002 for people outside the contact scope", () => {
    const bench = createBench();
    const mine = addDepartment(bench, "Mine");
    addUser(bench, "in", { dept_id_list: String(mine) });
    addUser(bench, "out");
    addUser(bench, "named");
    bench.organisation.switches = {
      ...bench.organisation.switches,
      contactScope: { departments: [mine], users: ["named"] },
    };
    expect(["in", "named", "out"].map((userid) => bench.code(get, { userid }))).toEqual([
      undefined,
      undefined,
      50002,
    ]);
    expect(bench.code(update, { userid: "in", dept_id_list: "1" })).toBe(50004);
    expect(bench.edit(update, { userid: "out", title: "x" }).kind).toBe("done");
  });
});
