import { TargetConflict, TargetDependency, TargetRejected } from "../../../src/reconcile/target-failures.ts";
import type { Actual, Attributes } from "../../../src/reconcile/target-values.ts";
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
const open = async (switches: object = {}) => {
  organisation = await openOrganisation(switches);
  return organisation.target;
};
afterEach(() => organisation.close());

const names = async () =>
  (await organisation.state()).departments.filter((each) => each.dept_id !== 1).map((each) => each.name);
const handMade = (body: object) =>
  organisation.control("edit", { call: "/topapi/v2/department/create", body });
const ownName = { parent_id: 1, name: "Finance" };
const entity = (): Attributes => ({ name: "Finance", parent: "1" });

describe.each([true, false])("with source_identifier in the lists: %s", (listsubSourceIdentifier) => {
  test.each(["Finance", "Treasury"])(
    "an unanswered create is found again when it is to be called %s by now",
    async (name) => {
      const target = await open({ listsubSourceIdentifier });
      const ref = newRef("department");
      await create(target, newRef("department"), { name: "North", parent: "1" });
      await organisation.control("faults", {
        match: "/topapi/v2/department/create",
        fault: "timeout_after_commit",
      });
      await failureOf(create(target, ref, entity()));
      const made = await create(target, ref, { parent: "1", name, order: 5 }, true);
      expect(await names()).toEqual(["North", name]);
      expect((await target.read("department", made.remoteId, calmly)).actual?.attributes.order).toBe(5);
    },
  );

  test("a create without knowledge of the first one ends with one department too", async () => {
    const target = await open({ listsubSourceIdentifier });
    const ref = newRef("department");
    const first = await create(target, ref, entity());
    expect((await create(target, ref, entity())).remoteId).toBe(first.remoteId);
    expect(await names()).toEqual(["Finance"]);
  });

  test.each([true, false])("one made by hand is not adopted (resuming: %s)", async (resume) => {
    const target = await open({ listsubSourceIdentifier });
    await handMade(ownName);
    const error = await failureOf(create(target, newRef("department"), entity(), resume));
    expect(error).toBeInstanceOf(TargetConflict);
    expect(error).toMatchObject({ attribute: "name", heldBy: expect.stringMatching(/^\d+$/) });
  });

  test("two departments of ours swap their names", async () => {
    const target = await open({ listsubSourceIdentifier });
    const [north, south] = [newRef("department"), newRef("department")];
    const actual = new Map<typeof north, Actual>([
      [north, await create(target, north, { name: "North", parent: "1" })],
      [south, await create(target, south, { name: "South", parent: "1" })],
    ]);
    const requested = new Map([
      [north, "South"],
      [south, "North"],
    ]);
    // As the loop does: what has to wait is looked at again, in turn.
    const waiting = [north, south];
    const outcomes: string[] = [];
    for (let ref = waiting.shift(); ref && outcomes.length < 10; ref = waiting.shift()) {
      const seen = actual.get(ref);
      if (!seen) throw new Error("unknown department");
      const failure = await target.update(ref, seen, { name: requested.get(ref) ?? "" }, calmly).then(
        () => undefined,
        (error: unknown) => error,
      );
      outcomes.push(
        failure === undefined ? "done" : failure instanceof TargetDependency ? "waits" : String(failure),
      );
      if (failure) waiting.push(ref);
    }
    expect(outcomes).toEqual(["waits", "done", "done"]);
    expect(await names()).toEqual(["South", "North"]);
  });

  test("a name that is never given up costs two calls a try, and one number behind the name", async () => {
    const target = await open({ listsubSourceIdentifier });
    const ref = newRef("department");
    await create(target, newRef("department"), { name: "South", parent: "1" });
    const north = await create(target, ref, { name: "North", parent: "1" });
    await failureOf(target.update(ref, north, { name: "South" }, calmly));
    const again = await failureOf(target.update(ref, north, { name: "South" }, calmly));
    expect(again).toBeInstanceOf(TargetDependency);
    expect(again.calls.filter((call) => call.api.endsWith("/update"))).toHaveLength(1);
    expect((await names()).filter((name) => String(name).startsWith("South ("))).toHaveLength(1);
  });

  test("a name held by a department made by hand is a conflict, and nothing is renamed", async () => {
    const target = await open({ listsubSourceIdentifier });
    await handMade(ownName);
    const ref = newRef("department");
    const north = await create(target, ref, { name: "North", parent: "1" });
    const error = await failureOf(target.update(ref, north, { name: "Finance" }, calmly));
    expect(error).toBeInstanceOf(TargetConflict);
    expect(error).toMatchObject({ heldBy: expect.stringMatching(/^\d+$/) });
    expect(await names()).toEqual(["Finance", "North"]);
  });
});

test("what only update can set costs one call more", async () => {
  const target = await open();
  const made = await create(target, newRef("department"), {
    ...entity(),
    code: "FIN-HK",
    order: 3,
    hide_dept: true,
  });
  expect(made.calls).toHaveLength(3);
  const { actual } = await target.read("department", made.remoteId, calmly);
  expect(actual?.attributes).toMatchObject({ code: "FIN-HK", order: 3, hide_dept: true });
});

describe("managers", () => {
  test("are set once they are members, and cleared", async () => {
    const target = await open();
    const ref = newRef("department");
    const department = await create(target, ref, entity());
    const boss = await create(target, newRef("user"), person(1, { departments: [department.remoteId] }));
    const led = await target.update(ref, department, { managers: [boss.remoteId] }, calmly);
    expect(
      (await target.read("department", department.remoteId, calmly)).actual?.attributes.managers,
    ).toEqual([boss.remoteId]);
    await target.update(ref, led, { managers: [] }, calmly);
    expect(
      (await target.read("department", department.remoteId, calmly)).actual?.attributes.managers,
    ).toEqual([]);
  });

  test("who are not members yet are waited for, and do not keep back a new name", async () => {
    const target = await open();
    const ref = newRef("department");
    const department = await create(target, ref, entity());
    const boss = await create(target, newRef("user"), person(1));
    expect(
      await failureOf(target.update(ref, department, { managers: [boss.remoteId] }, calmly)),
    ).toBeInstanceOf(TargetDependency);
    const renamed = await target.update(
      ref,
      department,
      { managers: [boss.remoteId], name: "Treasury" },
      calmly,
    );
    expect(renamed.notes).toMatchObject([
      { attribute: "managers", code: "managerNotMember", answer: "40031" },
    ]);
    expect(await names()).toEqual(["Treasury"]);
  });
});

describe("never touched", () => {
  test.each(["1", "-1", "-7"])("department %s", async (remoteId) => {
    const target = await open({ specialDepartments: true });
    const actual: Actual = { remoteId, attributes: {}, presence: "active" };
    const ref = newRef("department");
    expect(await failureOf(target.remove(ref, actual, calmly))).toBeInstanceOf(TargetRejected);
    expect(await failureOf(target.update(ref, actual, { name: "x" }, calmly))).toBeInstanceOf(TargetRejected);
    expect(await organisation.calls()).toEqual({});
  });

  test("departments of a school directory are not listed", async () => {
    const target = await open({ specialDepartments: true });
    const made = await create(target, newRef("department"), entity());
    const found: Actual[] = [];
    for await (const page of target.list("department", calmly)) found.push(...page.actuals);
    expect(found.map((each) => each.remoteId)).toEqual([made.remoteId]);
  });

  test("an empty department made by hand is not swept away with the one above it", async () => {
    const target = await open({ childDepartments: "cascade" });
    const ref = newRef("department");
    const department = await create(target, ref, entity());
    await handMade({ name: "Theirs", parent_id: Number(department.remoteId) });
    expect(await failureOf(target.remove(ref, department, calmly))).toMatchObject({ answer: "60006" });
    expect(await names()).toEqual(["Finance", "Theirs"]);
  });
});

describe("limits of the tree", () => {
  test.each<[string, object, string]>([
    ["too deep", { maxDepth: 2 }, "60002"],
    ["too many below one", { maxChildren: 1 }, "60110"],
  ])("%s", async (_name, switches, answer) => {
    const target = await open(switches);
    const first = await create(target, newRef("department"), { name: "A", parent: "1" });
    const deeper = answer === "60002";
    const second = deeper
      ? await create(target, newRef("department"), { name: "B", parent: first.remoteId }).catch(
          (error: unknown) => error,
        )
      : first;
    const parent =
      deeper && second && typeof second === "object" && "remoteId" in second ? String(second.remoteId) : "1";
    const error =
      second instanceof TargetRejected
        ? second
        : await failureOf(create(target, newRef("department"), { name: "C", parent }));
    expect(error).toBeInstanceOf(TargetRejected);
    expect(error.answer).toBe(answer);
  });

  test("a department cannot go below itself, but what makes it so may move first", async () => {
    const target = await open();
    const [upper, lower] = [newRef("department"), newRef("department")];
    const above = await create(target, upper, { name: "A", parent: "1" });
    const below = await create(target, lower, { name: "B", parent: above.remoteId });
    expect(await failureOf(target.update(upper, above, { parent: below.remoteId }, calmly))).toBeInstanceOf(
      TargetDependency,
    );
    await target.update(lower, below, { parent: "1" }, calmly);
    await target.update(upper, above, { parent: below.remoteId }, calmly);
    expect((await target.read("department", above.remoteId, calmly)).actual?.attributes.parent).toBe(
      below.remoteId,
    );
  });
});
