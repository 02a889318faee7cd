import * as fc from "fast-check";
import { applyChange } from "../../../src/simulator/organisation/apply-change.ts";
import { departmentNameKey } from "../../../src/simulator/organisation/department-names.ts";
import { emailKey } from "../../../src/simulator/organisation/indexes.ts";
import type { Organisation } from "../../../src/simulator/organisation/model.ts";
import { createOrganisation } from "../../../src/simulator/organisation/new-organisation.ts";
import { snapshot } from "../../../src/simulator/organisation/organisation.ts";
import { switchesSchema } from "../../../src/simulator/organisation/switches.ts";
import { phoneKey } from "../../../src/simulator/organisation/user-record.ts";
import { type Bench, createBench, DEPARTMENT, USER } from "./bench.ts";

const small = <T>(values: readonly T[]) => fc.constantFrom(...values);
const userid = small(["a", "b", "c", "d"]);
const name = small(["X", "Y", "Z"]);
const mobile = small(["+852-90000001", "+852-90000002", "+852-90000003", "+86-13800138000"]);
/** Placeholder for the n-th department that exists at the time of the call. */
const place = fc.nat(5);

type Step = (bench: Bench) => void;
const at = (bench: Bench, index: number): number =>
  [...bench.organisation.departments.keys()][index % bench.organisation.departments.size]!;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, place).map(
    ([n, p]): Step =>
      (bench) =>
        bench.call(`${DEPARTMENT}/create`, { name: n, parent_id: at(bench, p) }),
  ),
  fc.tuple(place, place, name).map(
    ([d, p, n]): Step =>
      (bench) =>
        bench.call(`${DEPARTMENT}/update`, { dept_id: at(bench, d), parent_id: at(bench, p), name: n }),
  ),
  place.map(
    (d): Step =>
      (bench) =>
        bench.call(`${DEPARTMENT}/delete`, { dept_id: at(bench, d) }),
  ),
  fc.tuple(place, userid).map(
    ([d, u]): Step =>
      (bench) =>
        bench.call(`${DEPARTMENT}/update`, { dept_id: at(bench, d), dept_manager_userid_list: u }),
  ),
  fc.tuple(userid, mobile, place, place).map(
    ([u, m, one, two]): Step =>
      (bench) =>
        bench.call(`${USER}/create`, {
          userid: u,
          name: u,
          mobile: m,
          dept_id_list: `${at(bench, one)},${at(bench, two)}`,
          email: `${u}@x.hk`,
        }),
  ),
  fc.tuple(userid, mobile, place, small(["a@x.hk", "B@x.hk", ""])).map(
    ([u, m, d, email]): Step =>
      (bench) =>
        bench.call(`${USER}/update`, { userid: u, mobile: m, dept_id_list: String(at(bench, d)), email }),
  ),
  userid.map(
    (u): Step =>
      (bench) =>
        bench.call(`${USER}/delete`, { userid: u }),
  ),
  userid.map(
    (u): Step =>
      (bench) =>
        bench.edit("activate", { userid: u }),
  ),
);

/** The state to compare, without the counters that only invalidate cached lists. */
const facts = ({ memberVersions: _versions, position: _position, ...organisation }: Organisation) =>
  organisation;

test("after any calls, every index is correct, names and numbers are unique, managers are members, and the snapshot gives the same state", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const bench = createBench();
      for (const act of steps) act(bench);
      const { organisation } = bench;

      const copy = createOrganisation({
        corpId: "dingsandbox",
        seed: "test",
        switches: switchesSchema.parse({}),
      });
      for (const change of snapshot(organisation)) applyChange(copy, change);
      expect(facts(copy)).toEqual(facts(organisation));

      for (const department of organisation.departments.values()) {
        if (department.parent_id === undefined) continue;
        const key = departmentNameKey(department.parent_id, department.name);
        expect(organisation.departmentNames.get(key)).toEqual(new Set([department.dept_id]));
        for (const manager of department.dept_manager_userid_list)
          expect(organisation.membersOf.get(department.dept_id)?.has(manager)).toBe(true);
      }
      for (const user of organisation.users.values()) {
        expect(user.posts.filter((post) => post.main)).toHaveLength(1);
        for (const post of user.posts) expect(organisation.departments.has(post.dept_id)).toBe(true);
        if (user.phone) expect(organisation.byMobile.get(phoneKey(user.phone))).toBe(user.userid);
        if (user.email) expect(organisation.byEmail.get(emailKey(user.email))).toBe(user.userid);
        expect(organisation.byUnionid.get(user.unionid)).toBe(user.userid);
      }
    }),
    { numRuns: 150 },
  );
});

test("the same seed and the same calls give the same ids", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const [one, other] = [createBench(), createBench()];
      for (const act of steps) for (const bench of [one, other]) act(bench);
      expect([...one.organisation.departments]).toEqual([...other.organisation.departments]);
      expect([...one.organisation.users]).toEqual([...other.organisation.users]);
    }),
    { numRuns: 30 },
  );
});
