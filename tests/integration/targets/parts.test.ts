import { TargetRejected, TargetUnavailable } from "../../../src/reconcile/target-failures.ts";
import type { Attributes } from "../../../src/reconcile/target-values.ts";
import {
  calmly,
  create,
  failureOf,
  newRef,
  openOrganisation,
  person,
  type TestOrganisation,
} from "./organisation.ts";
import { openScripted } from "./scripted.ts";

/*
 * A value DingTalk refuses keeps only itself back, whichever code it is refused with and whether or not the
 * answer names it.
 */

let organisation: TestOrganisation;
const open = async (switches: object = {}) => {
  organisation = await openOrganisation(switches);
  return organisation.target;
};
afterEach(() => organisation.close());

const userOf = async (userid: string) =>
  (await organisation.state()).users.find((user) => user.userid === userid);
const departmentOf = async (id: string) =>
  (await organisation.state()).departments.find(({ dept_id }) => String(dept_id) === id);
const refuses = (on: "user" | "department", field: string, code: number, value?: string) => ({
  on,
  field,
  refuses: code,
  ...(value === undefined ? {} : { value }),
});

const FULL: Attributes = {
  title: "Head",
  job_number: "HK1",
  email: "ann@example.com",
  telephone: "8001",
  work_place: "Hong Kong",
  remark: "x",
  hide_mobile: true,
  hired_date: 1_582_992_000_000,
  "extension.Cost centre": "4711",
  "extension.Job level": "5",
};

describe.each(["create", "update"] as const)("%s", (way) => {
  const write = async (target: TestOrganisation["target"], attributes: Attributes) => {
    const ref = newRef("user");
    if (way === "create") return target.create(ref, person(1, attributes), { ...calmly, resume: false });
    return target.update(ref, await create(target, ref, person(1)), attributes, calmly);
  };

  test.each<[string, string, number]>([
    ["job_number", "job_number", 60123],
    ["telephone", "telephone", 40063],
    ["work_place", "work_place", 40064],
    ["remark", "remark", 40065],
    ["email", "email", 60119],
    ["title", "title", 987_654],
    ["hired_date", "hired_date", 40035],
    ["hide_mobile", "hide_mobile", 400_002],
  ])("a %s that is refused with a code of its own or with any", async (attribute, field, code) => {
    const target = await open({ ownWays: [refuses("user", field, code)] });
    const done = await write(target, FULL);
    expect(done.refused).toMatchObject([
      { attribute, value: FULL[attribute], error: { answer: String(code) } },
    ]);
    const { [attribute]: _left, ...rest } = FULL;
    expect(done.attributes).toMatchObject(rest);
    expect(await userOf(done.remoteId)).toMatchObject({ name: "陳大文 1" });
    expect(done.calls.length).toBeLessThanOrEqual(14);
  });

  test("one custom field of two: the answer names the whole list, never the field", async () => {
    const texts = ['{"Cost centre":"4711","Job level":"5"}', '{"Cost centre":"4711"}'];
    const target = await open({ ownWays: texts.map((text) => refuses("user", "extension", 60122, text)) });
    const done = await write(target, FULL);
    expect(done.refused).toMatchObject([{ attribute: "extension.Cost centre", value: "4711" }]);
    expect(await userOf(done.remoteId)).toMatchObject({
      title: "Head",
      extension: expect.stringContaining("Job level"),
    });
  });

  test("three values that are refused one after the other", async () => {
    const target = await open({
      ownWays: [
        refuses("user", "title", 987_654),
        refuses("user", "remark", 40065),
        refuses("user", "email", 60105),
      ],
    });
    const done = await write(target, FULL);
    expect(done.refused?.map(({ attribute }) => attribute).sort()).toEqual(["email", "remark", "title"]);
    expect(await userOf(done.remoteId)).toMatchObject({ job_number: "HK1", telephone: "8001" });
  });

  test("an address with a name beside it", async () => {
    const target = await open();
    const done = await write(target, { ...FULL, email: "Ann <ann@example.com>" });
    expect(done.refused).toMatchObject([{ attribute: "email", error: { answer: "60105" } }]);
    expect(await userOf(done.remoteId)).toMatchObject({ title: "Head" });
  });

  test("when everything but the required is refused, the calls are bounded and the person is in", async () => {
    const fields = [
      "title",
      "job_number",
      "email",
      "telephone",
      "work_place",
      "remark",
      "hide_mobile",
      "hired_date",
      "extension",
    ];
    const target = await open({ ownWays: fields.map((field) => refuses("user", field, 987_654)) });
    const done = await write(target, FULL).catch((error: unknown) => error as TargetRejected);
    expect(done.calls.length).toBeLessThanOrEqual(30);
    expect((await organisation.state()).users).toHaveLength(1);
  });
});

test("DingTalk goes away after a part was taken: what was taken is told with the failure", async () => {
  await open();
  let updates = 0;
  const server = await openScripted(({ path }) => {
    if (!path.endsWith("/user/update")) return undefined;
    updates += 1;
    return updates === 1 ? { text: '{"errcode":987654,"errmsg":"x"}' } : updates === 2 ? undefined : "drop";
  });
  try {
    const there = { remoteId: "u1", attributes: { departments: ["1"] }, presence: "active" } as const;
    const error = await failureOf(
      server.target.update(newRef("user"), there, { departments: ["7"], title: "Head" }, calmly),
    );
    expect(error.code).toBe("TARGET_OUTCOME_UNKNOWN");
    expect(error.taken).toMatchObject({ remoteId: "u1", attributes: { departments: ["7"] } });
    expect(error.taken?.attributes).not.toHaveProperty("title");
  } finally {
    await server.close();
  }
});

describe("a new person without whom nothing goes", () => {
  test.each([40021, 40022])("a number refused with %s keeps its own reason", async (code) => {
    const target = await open({ createRefusals: { "+852-91000001": code } });
    const error = await failureOf(create(target, newRef("user"), person(1, { email: "x@example.com" })));
    expect(error).toMatchObject({ answer: String(code) });
    expect(error.calls.filter(({ api }) => api.endsWith("/create"))).toHaveLength(1);
  });

  test("an enterprise account in an organisation that has none says so", async () => {
    const target = await open({ enterpriseAccounts: false });
    const error = await failureOf(
      create(target, newRef("user"), { name: "Li", departments: ["1"], exclusive_account_type: "sso" }),
    );
    expect(error).toMatchObject({
      reasonCode: "featureMissing",
      remedy: expect.stringContaining("switched on"),
    });
  });

  test("somebody who still manages a department they leave says so, and the rest is sent", async () => {
    const target = await open({ managerLeavesDepartment: "refused" });
    const { remoteId: department } = await create(target, newRef("department"), {
      name: "Finance",
      parent: "1",
    });
    const ref = newRef("user");
    const made = await create(target, ref, person(1, { departments: [department] }));
    await target.update(
      newRef("department"),
      { remoteId: department, attributes: {}, presence: "active" },
      { managers: [ref.id] },
      calmly,
    );
    const done = await target.update(ref, made, { departments: ["1"], title: "Head" }, calmly);
    expect(done.refused).toMatchObject([{ attribute: "departments", error: { answer: "400002" } }]);
    expect(await userOf(ref.id)).toMatchObject({ title: "Head", dept_id_list: [Number(department)] });
  });
});

describe("a department", () => {
  test("a list of who may see it that is refused leaves it hidden", async () => {
    const target = await open();
    const requested = { name: "Board", parent: "1", hide_dept: true, dept_permits: ["424242"], brief: "x" };
    const done = await create(target, newRef("department"), requested);
    expect(done.refused).toMatchObject([{ attribute: "dept_permits", error: { answer: "600109" } }]);
    expect(await departmentOf(done.remoteId)).toMatchObject({
      name: "Board",
      hide_dept: true,
      dept_permits: [],
      brief: "x",
    });
  });

  test("is made without what hides it when DingTalk does not hide it, and that is told", async () => {
    const target = await open({ ownWays: [refuses("department", "hide_dept", 60510)] });
    const done = await create(target, newRef("department"), {
      name: "Board",
      parent: "1",
      hide_dept: true,
      user_permits: [],
    });
    expect(done.refused).toMatchObject([{ attribute: "hide_dept", value: true }]);
    expect(await departmentOf(done.remoteId)).toMatchObject({ name: "Board", hide_dept: false });
  });

  test.each([987_654, 40035])("any setting refused with %s", async (code) => {
    const target = await open({ ownWays: [refuses("department", "brief", code)] });
    const done = await create(target, newRef("department"), {
      name: "Shop",
      parent: "1",
      brief: "x",
      telephone: "1",
      order: 3,
    });
    expect(done.refused).toMatchObject([{ attribute: "brief" }]);
    expect(await departmentOf(done.remoteId)).toMatchObject({ telephone: "1", order: 3 });
  });

  test("a code that is refused after the department was made does not make it twice", async () => {
    const target = await open({ ownWays: [refuses("department", "code", 987_654)] });
    const done = await create(target, newRef("department"), {
      name: "Shop",
      parent: "1",
      code: "S1",
      brief: "x",
    });
    expect(done.refused).toMatchObject([{ attribute: "code" }]);
    expect((await organisation.state()).departments.filter(({ name }) => name === "Shop")).toMatchObject([
      { brief: "x" },
    ]);
  });
});

describe("a full department", () => {
  /** Departments that are full: each has the one member it may have. */
  async function full(count: number, more: Attributes = {}) {
    const target = await open();
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const { remoteId } = await create(target, newRef("department"), {
        name: `Full ${n}`,
        parent: "1",
        ...more,
      });
      ids.push(remoteId);
      await create(target, newRef("user"), person(100 + n, { departments: [remoteId] }));
    }
    const { remoteId: free } = await create(target, newRef("department"), { name: "Free", parent: "1" });
    await organisation.control("switches", { maxDepartmentMembers: 1 });
    return { target, ids, free };
  }

  test("keeps nobody out of their others", async () => {
    const { target, ids, free } = await full(2);
    const requested = [...ids, free].sort();
    const done = await create(target, newRef("user"), person(1, { departments: requested, title: "Head" }));
    expect(done.refused).toMatchObject([
      { attribute: "departments", value: requested, error: { answer: "40023" } },
    ]);
    expect(done.attributes).toMatchObject({ departments: [free], title: "Head" });
    expect(await userOf(done.remoteId)).toMatchObject({ dept_id_list: [Number(free)] });
  });

  test("that is the only one: the person is in the root", async () => {
    const { target, ids } = await full(1);
    const done = await create(target, newRef("user"), person(1, { departments: ids }));
    expect(done.attributes.departments).toEqual(["1"]);
    expect(await userOf(done.remoteId)).toMatchObject({ dept_id_list: [1] });
  });

  test("that hides its members: nobody is shown in the root instead", async () => {
    const { target, ids } = await full(1, { hide_dept: true });
    const error = await failureOf(create(target, newRef("user"), person(1, { departments: ids })));
    expect(error).toBeInstanceOf(TargetRejected);
    expect(error).toMatchObject({ reasonCode: "departmentFull", remedy: expect.stringContaining(ids[0]!) });
  });

  test("to move to: the person stays where they are, and the rest is sent", async () => {
    const { target, ids, free } = await full(1);
    const ref = newRef("user");
    const made = await create(target, ref, person(1, { departments: [free] }));
    const done = await target.update(
      ref,
      made,
      { departments: ids, mainDepartment: ids[0]!, title: "Head" },
      calmly,
    );
    expect(done.refused?.map(({ attribute }) => attribute).sort()).toEqual(["departments", "mainDepartment"]);
    expect(await userOf(ref.id)).toMatchObject({ title: "Head", dept_id_list: [Number(free)] });
  });
});

test("a busy answer is no refusal of any value", async () => {
  const target = await open();
  await organisation.control("faults", { match: "/topapi/v2/user/create", fault: "busy" });
  expect(await failureOf(create(target, newRef("user"), person(1, FULL)))).toBeInstanceOf(TargetUnavailable);
  expect((await organisation.state()).users).toEqual([]);
});
