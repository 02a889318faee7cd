import { addDepartment, addUser, createBench, DEPARTMENT, USER } from "./bench.ts";

const create = `${DEPARTMENT}/create`;
const update = `${DEPARTMENT}/update`;
const remove = `${DEPARTMENT}/delete`;

describe("4.1 department/create", () => {
  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["a plain name", { name: "Finance", parent_id: 1 }, undefined],
    ["64 characters", { name: "x".repeat(64), parent_id: 1 }, undefined],
    ["65 characters", { name: "x".repeat(65), parent_id: 1 }, 60001],
    ["blank", { name: " ", parent_id: 1 }, 60001],
    ["no name", { parent_id: 1 }, 40035],
    ["a hyphen", { name: "Fin-ance", parent_id: 1 }, 60009],
    ["a comma", { name: "A,B", parent_id: 1 }, 60009],
    ["a full-width comma", { name: "A，B", parent_id: 1 }, 60009],
    ["no parent", { name: "A" }, 40035],
    ["an unknown parent", { name: "A", parent_id: 42 }, 60004],
    ["a parent that is no number", { name: "A", parent_id: "x" }, 40010],
    ["a bad order", { name: "A", parent_id: 1, order: "first" }, 40011],
    [
      "ids as text, as forms send them",
      { name: "A", parent_id: "1", order: "3", hide_dept: "true" },
      undefined,
    ],
    [
      "a visible-id list with an unknown department",
      { name: "A", parent_id: 1, hide_dept: true, dept_permits: "77" },
      600109,
    ],
    [
      "a visible-id list as a real array",
      { name: "A", parent_id: 1, hide_dept: true, dept_permits: [1] },
      40035,
    ],
  ])("%s", (_name, fields, expected) => {
    const bench = createBench();
    expect(bench.code(create, fields)).toBe(expected);
    expect(bench.organisation.departments.size).toBe(expected === undefined ? 2 : 1);
  });

  test.each([60021, 60008] as const)(
    "a name taken under the same parent answers %d by switch",
    (duplicateDepartment) => {
      const bench = createBench({ duplicateDepartment });
      const a = addDepartment(bench, "A");
      expect(bench.code(create, { name: "A", parent_id: 1 })).toBe(duplicateDepartment);
      expect(bench.code(create, { name: "A", parent_id: a })).toBeUndefined();
    },
  );

  test("60022 for a sensitive word, in create and update", () => {
    const bench = createBench({ sensitiveWords: ["casino"] });
    const id = addDepartment(bench, "Fun");
    expect(bench.code(create, { name: "The casino", parent_id: 1 })).toBe(60022);
    expect(bench.code(update, { dept_id: id, name: "casino" })).toBe(60022);
  });

  test("ids are chosen by DingTalk, deterministic for a seed, and never the caller's", () => {
    const ids = () => {
      const bench = createBench();
      return ["A", "B"].map((name) => addDepartment(bench, name, 1, { dept_id: 5 }));
    };
    expect(ids()).toEqual(ids());
    expect(ids()).not.toContain(5);
  });

  test("the code of a bad visible list is 60109 by switch", () => {
    expect(
      createBench({ createVisibleListError: 60109 }).code(create, {
        name: "A",
        parent_id: 1,
        user_permits: "nobody",
      }),
    ).toBe(60109);
  });
});

describe("4.5 sizes", () => {
  test("60002 below the deepest level, also when a subtree moves", () => {
    const bench = createBench({ maxDepth: 3 });
    const [a, x] = [addDepartment(bench, "A"), addDepartment(bench, "X")];
    const b = addDepartment(bench, "B", a);
    const c = addDepartment(bench, "C", b);
    addDepartment(bench, "Y", x);
    expect(bench.code(create, { name: "D", parent_id: c })).toBe(60002);
    expect(bench.code(update, { dept_id: x, parent_id: b })).toBe(60002);
    expect(bench.code(update, { dept_id: x, parent_id: a })).toBeUndefined();
  });

  test("60110 for too many children and too many departments", () => {
    const narrow = createBench({ maxChildren: 2 });
    const a = addDepartment(narrow, "A");
    addDepartment(narrow, "B");
    expect(narrow.code(create, { name: "C", parent_id: 1 })).toBe(60110);
    expect(narrow.code(create, { name: "C", parent_id: a })).toBeUndefined();
    const small = createBench({ maxDepartments: 1 });
    addDepartment(small, "A");
    expect(small.code(create, { name: "B", parent_id: 1 })).toBe(60110);
  });
});

describe("4.2 department/update", () => {
  test("fields that are not in the call stay; only update sets the code", () => {
    const bench = createBench();
    const id = addDepartment(bench, "Finance", 1, { order: 10, source_identifier: "dept-1", code: "NO" });
    bench.answer(update, { dept_id: id, name: "Finance HK", code: "FIN" });
    expect(bench.result(`${DEPARTMENT}/get`, { dept_id: id })).toMatchObject({
      name: "Finance HK",
      order: 10,
      source_identifier: "dept-1",
      code: "FIN",
      parent_id: 1,
    });
  });

  test.each<[string, (ids: { a: number; b: number }) => Record<string, unknown>, number | undefined]>([
    ["the root", () => ({ dept_id: 1, name: "X" }), 60018],
    ["an unknown department", () => ({ dept_id: 42, name: "X" }), 60003],
    ["no id", () => ({ name: "X" }), 40035],
    ["under itself", ({ a }) => ({ dept_id: a, parent_id: a }), 60010],
    ["under its own child", ({ a, b }) => ({ dept_id: a, parent_id: b }), 60010],
    ["under nothing", ({ b }) => ({ dept_id: b, parent_id: 42 }), 60004],
    ["to its own name", ({ a }) => ({ dept_id: a, name: "A" }), undefined],
    ["to a sibling's name", ({ a }) => ({ dept_id: a, name: "S" }), 60021],
    ["to where the name is taken", ({ b }) => ({ dept_id: b, parent_id: 1, name: "S" }), 60021],
    ["up to the root", ({ b }) => ({ dept_id: b, parent_id: 1 }), undefined],
    ["to a name with a hyphen", ({ a }) => ({ dept_id: a, name: "A-B" }), 60009],
    ["a manager who is not a member", ({ a }) => ({ dept_id: a, dept_manager_userid_list: "u1" }), 40031],
    ["a manager who is nobody", ({ a }) => ({ dept_id: a, dept_manager_userid_list: "ghost" }), 40031],
    ["a chat owner who is not a member", ({ a }) => ({ dept_id: a, org_dept_owner: "u1" }), 40093],
    ["a code of 31 characters", ({ a }) => ({ dept_id: a, code: "x".repeat(31) }), 40035],
  ])("%s", (_name, fields, expected) => {
    const bench = createBench();
    const a = addDepartment(bench, "A");
    const b = addDepartment(bench, "B", a);
    addDepartment(bench, "S");
    addUser(bench, "u1");
    expect(bench.code(update, fields({ a, b }))).toBe(expected);
  });

  test("managers must be members, and only force_update_fields clears them", () => {
    const bench = createBench();
    const id = addDepartment(bench, "A");
    addUser(bench, "m1", { dept_id_list: String(id) });
    const managers = () => bench.result(`${DEPARTMENT}/get`, { dept_id: id }).dept_manager_userid_list;
    bench.answer(update, { dept_id: id, dept_manager_userid_list: "m1" });
    expect(managers()).toEqual(["m1"]);
    expect(bench.result(`${USER}/get`, { userid: "m1" }).leader_in_dept).toEqual([
      { dept_id: id, leader: true },
    ]);
    bench.answer(update, { dept_id: id, dept_manager_userid_list: "" });
    expect(managers()).toEqual(["m1"]);
    bench.answer(update, {
      dept_id: id,
      dept_manager_userid_list: "",
      force_update_fields: "dept_manager_userid_list",
    });
    expect(managers()).toEqual([]);
  });

  test("the pair of visible lists holds 50 together on update, 50 each on create", () => {
    const bench = createBench();
    const ids = Array.from({ length: 30 }, (_, at) => addDepartment(bench, `D${at}`)).join(",");
    const people = Array.from({ length: 30 }, (_, at) => addUser(bench, `p${at}`)).join(",");
    const lists = { hide_dept: true, dept_permits: ids, user_permits: people };
    const id = addDepartment(bench, "Hidden", 1, lists);
    expect(bench.code(update, { dept_id: id, ...lists })).toBe(60109);
  });
});

describe("4.3 department/delete", () => {
  test("refused for the root and with members anywhere below; an empty department is deleted", () => {
    const bench = createBench({ childDepartments: "cascade" });
    const a = addDepartment(bench, "A");
    const b = addDepartment(bench, "B", a);
    addUser(bench, "u1", { dept_id_list: String(b) });
    expect(bench.code(remove, { dept_id: 1 })).toBe(60007);
    expect(bench.code(remove, { dept_id: a })).toBe(60005);
    bench.answer(`${USER}/delete`, { userid: "u1" });
    expect(bench.code(remove, { dept_id: a })).toBeUndefined();
    expect([...bench.organisation.departments.keys()]).toEqual([1]);
    expect(bench.code(remove, { dept_id: b })).toBe(60003);
  });

  test("empty children are deleted too, or answer 60006 by switch", () => {
    const bench = createBench({ childDepartments: "refuse" });
    const a = addDepartment(bench, "A");
    const b = addDepartment(bench, "B", a);
    expect(bench.code(remove, { dept_id: a })).toBe(60006);
    bench.answer(remove, { dept_id: b });
    expect(bench.code(remove, { dept_id: a })).toBeUndefined();
  });

  test("a deleted name is free again", () => {
    const bench = createBench();
    bench.answer(remove, { dept_id: addDepartment(bench, "A") });
    expect(bench.code(create, { name: "A", parent_id: 1 })).toBeUndefined();
  });
});

describe("4.4 reads", () => {
  test("children are sorted by order, the smallest first, with the documented fields only", () => {
    const bench = createBench();
    const late = addDepartment(bench, "Late", 1, { order: 9, source_identifier: "s" });
    const early = addDepartment(bench, "Early", 1, { order: 2 });
    addDepartment(bench, "Below", early);
    expect(bench.result(`${DEPARTMENT}/listsub`, { dept_id: 1 })).toEqual([
      { dept_id: early, name: "Early", parent_id: 1, create_dept_group: false, auto_add_user: false },
      { dept_id: late, name: "Late", parent_id: 1, create_dept_group: false, auto_add_user: false },
    ]);
    expect(bench.result(`${DEPARTMENT}/listsub`, {})).toHaveLength(2);
    expect(bench.result(`${DEPARTMENT}/listsubid`, { dept_id: 1 })).toEqual({ dept_id_list: [early, late] });
  });

  test("switches show source_identifier in listsub, and the department of a school", () => {
    const bench = createBench({ listsubSourceIdentifier: true, specialDepartments: true });
    const id = addDepartment(bench, "A", 1, { source_identifier: "s" });
    const list = bench.result<{ dept_id: number }[]>(`${DEPARTMENT}/listsub`, { dept_id: 1 });
    expect(list[0]).toMatchObject({ dept_id: id, source_identifier: "s" });
    expect(list[1]).toMatchObject({ dept_id: -1 });
    expect(bench.code(`${DEPARTMENT}/get`, { dept_id: -1 })).toBe(60003);
    expect(bench.code(`${USER}/list`, { dept_id: -1, cursor: 0, size: 10 })).toBe(60003);
  });

  test("parents: the department first, the root last; one list for each department of a person", () => {
    const bench = createBench();
    const a = addDepartment(bench, "A");
    const b = addDepartment(bench, "B", a);
    addUser(bench, "u1", { dept_id_list: `${b},1` });
    expect(bench.result(`${DEPARTMENT}/listparentbydept`, { dept_id: b })).toEqual({
      parent_id_list: [b, a, 1],
    });
    expect(bench.result(`${DEPARTMENT}/listparentbyuser`, { userid: "u1" })).toEqual({
      parent_list: [{ parent_dept_id_list: [b, a, 1] }, { parent_dept_id_list: [1] }],
    });
  });

  test("the lists of who may see it are arrays and present only if they apply; counts are with and without sub-departments", () => {
    const bench = createBench();
    const a = addDepartment(bench, "A");
    const b = addDepartment(bench, "B", a, { hide_dept: true, dept_permits: String(a), user_permits: "" });
    addUser(bench, "u1", { dept_id_list: `${a},${b}` });
    addUser(bench, "u2", { dept_id_list: String(b) });
    const [first, second] = [a, b].map((dept_id) => bench.result(`${DEPARTMENT}/get`, { dept_id }));
    expect(first).toMatchObject({ member_count: 2, owning_member_count: 1, hide_dept: false });
    expect(first).not.toHaveProperty("dept_permits");
    expect(second).toMatchObject({
      member_count: 2,
      owning_member_count: 2,
      dept_permits: [a],
      user_permits: [],
    });
    expect(second).not.toHaveProperty("outer_permit_users");
  });
});

describe("2.3 contact scope", () => {
  test("50004 outside the authorised departments, except for the calls the scope does not limit", () => {
    const bench = createBench();
    const [mine, theirs] = [addDepartment(bench, "Mine"), addDepartment(bench, "Theirs")];
    bench.organisation.switches = {
      ...bench.organisation.switches,
      contactScope: { departments: [mine], users: [] },
    };
    expect(bench.code(`${DEPARTMENT}/get`, { dept_id: theirs })).toBe(50004);
    expect(bench.code(`${DEPARTMENT}/listsub`, { dept_id: 1 })).toBe(50004);
    expect(bench.code(create, { name: "X", parent_id: theirs })).toBe(50004);
    expect(bench.code(create, { name: "X", parent_id: mine })).toBeUndefined();
    expect(bench.code(`${DEPARTMENT}/listsubid`, { dept_id: 1 })).toBeUndefined();
    expect(bench.edit(create, { name: "Y", parent_id: theirs }).kind).toBe("done");
  });
});
