import type { EntityKind } from "../../../src/core/entity.ts";
import { TargetUnavailable } from "../../../src/reconcile/target-failures.ts";
import type { Actual } from "../../../src/reconcile/target-values.ts";
import {
  calmly,
  create,
  failureOf,
  newRef,
  openOrganisation,
  person,
  type TestOrganisation,
} from "./organisation.ts";

let organisation: TestOrganisation;
let ids: readonly string[];

beforeAll(async () => {
  organisation = await openOrganisation();
  ids = await populate();
});
afterEach(async () => {
  await organisation.control("faults", {});
  await organisation.control("switches", {
    revokedPermissions: [],
    fieldPermissions: { mobile: true, personal: true },
  });
});
afterAll(() => organisation.close());

async function listed(kind: EntityKind): Promise<readonly (readonly Actual[])[]> {
  const pages: (readonly Actual[])[] = [];
  for await (const page of organisation.target.list(kind, calmly))
    if (page.actuals.length > 0) pages.push(page.actuals);
  return pages;
}

/** 3 departments, 120 people in the first, 30 of them in the second as well, 5 in the root. */
async function populate(): Promise<readonly string[]> {
  const { target } = organisation;
  const made: string[] = [];
  let parent = "1";
  for (const name of ["North", "South", "East"]) {
    parent = (await create(target, newRef("department"), { name, parent })).remoteId;
    made.push(parent);
  }
  const place = (n: number): string[] => (n < 5 ? ["1"] : made.slice(0, n < 35 ? 2 : 1)).toSorted();
  await Promise.all(
    Array.from({ length: 125 }, (_, n) =>
      create(target, newRef("user"), person(n, { departments: place(n) })),
    ),
  );
  return made;
}

test("everybody once, in pages, from the bulk lists only", async () => {
  const before = await organisation.calls();
  const people = (await listed("user")).flat();
  expect(new Set(people.map((actual) => actual.remoteId)).size).toBe(125);
  expect(people).toHaveLength(125);
  expect(
    people.filter(
      (actual) => Array.isArray(actual.attributes.departments) && actual.attributes.departments.length === 2,
    ),
  ).toHaveLength(30);
  const after = await organisation.calls();
  const cost = Object.fromEntries(
    Object.entries(after).map(([path, count]) => [path, count - (before[path] ?? 0)]),
  );
  expect(cost).toMatchObject({
    "/topapi/v2/user/list": ids.length + 2,
    "/topapi/v2/department/listsub": ids.length + 1,
  });
  expect(cost["/topapi/v2/user/get"] ?? 0).toBe(0);
});

test("what lists do not tell is absent, what they tell is in canonical form", async () => {
  const [first] = (await listed("user")).flat();
  expect(first?.attributes).not.toHaveProperty("manager");
  expect(first?.attributes).not.toHaveProperty("roles");
  expect(first?.attributes.mobile).toMatch(/^\+852-9\d{7}$/);
  const departments = (await listed("department")).flat();
  expect(departments.map((actual) => actual.attributes.name)).toEqual(["North", "South", "East"]);
});

test("without the field permission a number is not told, rather than empty", async () => {
  await organisation.control("switches", { fieldPermissions: { mobile: false, personal: false } });
  const people = (await listed("user")).flat();
  expect(people.every((actual) => !("mobile" in actual.attributes) && !("email" in actual.attributes))).toBe(
    true,
  );
});

test.each<[string, string]>([
  ["http500", "/topapi/v2/user/list"],
  ["timeout_before", "/topapi/v2/user/list"],
  ["busy", "/topapi/v2/department/listsub"],
])(
  "a page that fails for good (%s of %s) fails the listing, so nobody is thought gone",
  async (fault, match) => {
    await organisation.control("faults", { match, fault, times: 100 });
    const error = await failureOf(listed("user"));
    expect(error).toBeInstanceOf(TargetUnavailable);
    expect(error.calls.length).toBeGreaterThan(0);
  },
);

test("a page that fails for a moment does not", async () => {
  await organisation.control("faults", { match: "/topapi/v2/user/list", fault: "busy", times: 2 });
  expect((await listed("user")).flat()).toHaveLength(125);
});

test("a missing permission fails the listing at once", async () => {
  await organisation.control("switches", { revokedPermissions: ["qyapi_get_department_member"] });
  const before = (await organisation.calls())["/topapi/v2/user/list"] ?? 0;
  expect(await failureOf(listed("user"))).toMatchObject({ answer: "60011" });
  expect((await organisation.calls())["/topapi/v2/user/list"]).toBe(before + 1);
});

describe("a department that somebody removed after it was listed", () => {
  const GONE = { match: "/topapi/v2/department/listsub", fault: "refusal", answer: { errcode: 60003 } };

  test("has no departments below it, and the listing goes on", async () => {
    const names: unknown[] = [];
    for await (const { actuals } of organisation.target.list("department", calmly)) {
      names.push(...actuals.map(({ attributes }) => attributes.name));
      if (names.length === 2) await organisation.control("faults", GONE);
    }
    expect(names).toEqual(["North", "South"]);
  });

  test("and that everything hangs below fails it", async () => {
    await organisation.control("faults", GONE);
    expect(await failureOf(listed("department"))).toMatchObject({ answer: "60003" });
  });
});
