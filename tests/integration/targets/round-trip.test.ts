import fc from "fast-check";
import { plan } from "../../../src/reconcile/plan.ts";
import type { TargetAdapter } from "../../../src/reconcile/target.ts";
import type { Actual, Attributes } from "../../../src/reconcile/target-values.ts";
import { calmly, newRef, openOrganisation, type TestOrganisation } from "./organisation.ts";

let organisation: TestOrganisation;
let target: TargetAdapter;
let departments: readonly string[];

beforeAll(async () => {
  organisation = await openOrganisation();
  target = organisation.target;
  const made = [];
  for (const name of ["A", "B", "C"])
    made.push(await target.create(newRef("department"), { name, parent: "1" }, { ...calmly, resume: false }));
  departments = ["1", ...made.map((each) => each.remoteId)];
});
afterAll(() => organisation.close());

let numbers = 0;

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 90 }),
  fc.constantFrom(
    "陳大文",
    "O’Neill-Smith",
    "𠮷野家",
    "👨‍👩‍👧‍👦 Family",
    " a  b ",
    "e\u0301",
    "\u202eabc",
    "<b>&amp;</b>",
    '"{}"',
    "\\u0041",
  ),
);
const optional = fc.oneof(text, fc.constant(null));

/**
 * Everything a mapping may ask for; numbers and e-mail addresses are given out one by one, since two people
 * cannot share them.
 */
const requests = fc.record(
  {
    title: optional,
    job_number: optional,
    telephone: fc.constant(null),
    work_place: optional,
    remark: optional,
    hide_mobile: fc.boolean(),
    senior_mode: fc.boolean(),
    hired_date: fc.integer({ min: 1, max: 4_000_000_000_000 }),
    "extension.Cost centre": optional,
    "extension.Job level": optional,
    places: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
    main: fc.nat(3),
    order: fc.nat(1_000),
  },
  { requiredKeys: ["places", "main"] },
);

type Requested = typeof requests extends fc.Arbitrary<infer T> ? T : never;

function desiredOf({ places, main, order, ...rest }: Requested, mobile: string): Attributes {
  const ids = places.map((place) => departments[place] ?? "1").sort();
  const mainDepartment = ids[main % ids.length] ?? "1";
  return {
    name: "Li Wei",
    mobile,
    ...rest,
    departments: ids,
    mainDepartment,
    ...(order === undefined ? {} : { departmentOrders: [`${mainDepartment}=${order}`] }),
  };
}

async function read(remoteId: string): Promise<Actual> {
  const { actual } = await target.read("user", remoteId, calmly);
  if (!actual) throw new Error(`${remoteId} is not there`);
  return actual;
}

const left = (desired: Attributes, actual: Actual) =>
  plan(
    {
      state: "present",
      attributes: target.normalize("user", desired, actual).attributes,
      when: {},
      notes: [],
    },
    actual,
  );

test("whatever is requested, written and read back leaves nothing to send, twice over", async () => {
  await fc.assert(
    fc.asyncProperty(requests, requests, async (first, second) => {
      const mobile = `+852-9${String(1_000_000 + numbers++)}`;
      const ref = newRef("user");
      const desired = desiredOf(first, mobile);
      await target.create(ref, target.normalize("user", desired).attributes, { ...calmly, resume: false });
      const made = await read(ref.id);
      expect(left(desired, made)).toEqual({ action: "none" });

      const changed = desiredOf(second, mobile);
      const next = left(changed, made);
      if (next.action === "update") await target.update(ref, made, next.set, calmly);
      expect(left(changed, await read(ref.id))).toEqual({ action: "none" });
    }),
    { numRuns: 60 },
  );
});
