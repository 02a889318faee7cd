import { compilePolicy } from "../../../../src/policy/compile.ts";
import { DEFAULT_POLICY } from "../../../../src/policy/default-policy.ts";
import { type Exceeded, type Touched, weigh } from "../../../../src/reconcile/rules/weigh.ts";

/* What other rules may touch, by the limits. */

const { limits } = compilePolicy(DEFAULT_POLICY);
const NOTHING: Touched = {
  peopleRemoved: 0,
  departmentsRemoved: 0,
  peopleMade: 0,
  peopleReleased: 0,
  changed: [],
  emptied: 0,
  unknown: 0,
  present: { user: 1_000, group: 0, department: 10, role: 0 },
};
const title = (count: number): Touched["changed"] => [{ kind: "user", attribute: "title", count }];

test.each<[string, Partial<Touched>, readonly Exceeded[]]>([
  ["nothing", {}, []],
  ["as many removals as a day allows", { peopleRemoved: 20 }, []],
  ["one more", { peopleRemoved: 21 }, [{ limit: "peopleRemoved", count: 21, allowed: 20 }]],
  ["departments", { departmentsRemoved: 4 }, [{ limit: "departmentsRemoved", count: 4, allowed: 3 }]],
  ["a fifth of the titles", { changed: title(200) }, []],
  [
    "more than a fifth",
    { changed: title(201) },
    [{ limit: "attributeBlanked", kind: "user", attribute: "title", count: 201, allowed: 200 }],
  ],
  ["every name of ten departments", { changed: [{ kind: "department", attribute: "name", count: 10 }] }, []],
  ["one department that is emptied", { emptied: 1 }, [{ limit: "departmentEmptied", count: 1, allowed: 0 }]],
  [
    "those it makes and cannot tell of",
    { peopleMade: 150, unknown: 51 },
    [{ limit: "peopleTouched", count: 201, allowed: 200 }],
  ],
])("%s", (_name, touched, expected) => expect(weigh({ ...NOTHING, ...touched }, limits)).toEqual(expected));
