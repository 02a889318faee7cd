import fc from "fast-check";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import {
  openTestEnvironment,
  type RemoteDepartment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { ENTERPRISE, mobile } from "./sample.ts";

/*
 * For random directories and random organisations that are there already: applying the plan and planning
 * again gives nothing, nothing unmanaged is touched, and whoever is not in place is somebody whose place or
 * number a stranger has.
 */

/** How many pairs: one with every test run, more with `npm run test:faults`. */
const RUNS = Number(process.env["FAULT_SEEDS"] ?? 1);

/**
 * The directory's departments and the strangers' have the same names, and the people of both the same
 * numbers, now and then.
 */
const NAMES = ["HK", "CN", "Sales", "Ops", "Retail"] as const;
const PEOPLE = ["李娜", "Chan Tai Man", "Ng", "O’Neill"] as const;
const NUMBERS = 12;

const name = fc.constantFrom(...NAMES);

const existing = fc.record({
  /** Parent: the n-th of those made before, or the root. */
  departments: fc.array(fc.record({ name, parent: fc.nat(6), hidden: fc.boolean() }), { maxLength: 7 }),
  people: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...PEOPLE),
      number: fc.nat(NUMBERS - 1),
      places: fc.array(fc.nat(6), { maxLength: 3 }),
      active: fc.boolean(),
    }),
    { maxLength: 6, selector: ({ number }) => number },
  ),
  role: fc.boolean(),
});

const directory = fc.record({
  groups: fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 3 }), {
    maxLength: 6,
    selector: (path) => path.join("/"),
  }),
  people: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...PEOPLE),
      number: fc.nat(NUMBERS - 1),
      title: fc.option(fc.constantFrom("Clerk", "經理"), { nil: undefined }),
      active: fc.boolean(),
      groups: fc.array(fc.nat(5), { maxLength: 3 }),
      manager: fc.option(fc.nat(7), { nil: undefined }),
      /**
       * There already under our own id, as after a restore of our database: ours, in the wrong place and with
       * another name.
       */
      there: fc.option(fc.record({ place: fc.nat(6), activated: fc.boolean() }), { nil: undefined }),
    }),
    { maxLength: 8, selector: ({ number }) => number },
  ),
});

type Existing = typeof existing extends fc.Arbitrary<infer T> ? T : never;
type Wanted = typeof directory extends fc.Arbitrary<infer T> ? T : never;

let env: TestEnvironment;
const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });

/**
 * Ids of the strangers' departments, the root first. A name that is taken is refused by the simulator as by
 * DingTalk, and left out.
 */
async function populate({ departments, people, role }: Existing): Promise<readonly number[]> {
  const ids = [1];
  for (const { name, parent, hidden } of departments) {
    await edit("/topapi/v2/department/create", {
      name,
      parent_id: ids[parent % ids.length]!,
      hide_dept: hidden,
      create_dept_group: !hidden,
    });
    const made = (await env.state()).departments
      .map(({ dept_id }) => dept_id)
      .filter((id) => !ids.includes(id));
    ids.push(...made);
  }
  for (const [at, { name, number, places, active }] of people.entries()) {
    const userid = `stranger${at}`;
    const list = places.length > 0 ? places.map((place) => ids[place % ids.length]!) : [1];
    await edit("/topapi/v2/user/create", {
      userid,
      name,
      mobile: mobile(number).replace(" ", "-").replaceAll(" ", ""),
      dept_id_list: list.join(","),
      ...(at > 0 ? { manager_userid: `stranger${at - 1}` } : {}),
    });
    if (list[0] !== 1)
      await edit("/topapi/v2/department/update", { dept_id: list[0]!, dept_manager_userid_list: userid });
    if (active) await edit("activate", { userid });
  }
  if (role) {
    await edit("/role/add_role_group", { name: "SCIM" });
    const { roles } = (await env.state()) as unknown as { roles: { name: string; groupId: number }[] };
    await edit("/role/add_role", {
      roleName: "Theirs",
      groupId: roles.find((group) => group.name === "SCIM")!.groupId,
    });
  }
  return ids;
}

interface Placed {
  readonly id: string;
  /** A stranger has their number, or is in the way of somebody they depend on. */
  readonly blocked: boolean;
  readonly paths: readonly string[];
}

/** Fills the directory, and says where each person should be and whether a stranger is in the way. */
async function fill(
  { groups, people }: Wanted,
  there: Existing,
  places: readonly number[],
): Promise<readonly Placed[]> {
  const rootNames = new Set(
    (await env.state()).departments.filter(({ parent_id }) => parent_id === 1).map(({ name }) => name),
  );
  const numbers = new Set(there.people.map(({ number }) => number));
  const ids: string[] = [];
  for (const [at, { name, number, title, active, manager, there: before }] of people.entries()) {
    const id = await env.addUser({
      userName: `user${at}@example.com`,
      displayName: name,
      active,
      phoneNumbers: [{ type: "mobile", value: mobile(number) }],
      ...(title ? { title } : {}),
      // Of those made before: managers that wait for each other are a matter of their own.
      ...(manager !== undefined && ids.length > 0
        ? { [ENTERPRISE]: { manager: { value: ids[manager % ids.length]! } } }
        : {}),
    });
    ids.push(id);
    if (!before) continue;
    const place = String(places[before.place % places.length]!);
    await edit("/topapi/v2/user/create", {
      userid: id,
      name: "Before",
      mobile: `+852-7${1_000_000 + at}`,
      dept_id_list: place,
    });
    if (before.activated) await edit("activate", { userid: id });
  }
  const memberships = people.map(
    ({ groups: wanted }) => new Set(groups.length > 0 ? wanted.map((group) => group % groups.length) : []),
  );
  for (const [at, path] of groups.entries()) {
    const members = ids.filter((_id, person) => memberships[person]!.has(at));
    await env.addGroup(path.join("/"), members);
  }
  const taken = (path: readonly string[]): boolean => rootNames.has(path[0]!);
  const placed: (Placed & { readonly active: boolean })[] = [];
  for (const [at, { number, active, manager, there: before }] of people.entries()) {
    // A department whose place a stranger has, or that would be below such a one, keeps nobody away: they sit
    // in their others, or in the root.
    const paths = [...memberships[at]!].map((group) => groups[group]!).filter((path) => !taken(path));
    const boss = manager !== undefined && at > 0 ? placed[manager % at] : undefined;
    const blocked = (numbers.has(number) && !before?.activated) || (boss?.active === true && boss.blocked);
    placed.push({
      id: ids[at]!,
      active,
      blocked,
      paths: paths.length > 0 ? paths.map((path) => path.join("/")).sort() : [""],
    });
  }
  return placed.filter(({ active }) => active);
}

/** Everything that is not ours, as DingTalk shows it. Counts of members say who of ours sits beside. */
async function strangers(): Promise<unknown> {
  const { users, departments, ...rest } = await env.state();
  return {
    users: users.filter(({ userid }) => userid.startsWith("stranger")),
    departments: departments
      .filter(({ dept_id, source_identifier }) => dept_id > 1 && !source_identifier)
      .map((department) => ({ ...department, member_count: 0, owning_member_count: 0 })),
    roles: (rest as unknown as { roles: unknown }).roles,
  };
}

const pathsIn = (departments: readonly RemoteDepartment[]) => {
  const byId = new Map(departments.map((department) => [department.dept_id, department]));
  const pathOf = (id: number): string =>
    id === 1 ? "" : [pathOf(byId.get(id)!.parent_id), byId.get(id)!.name].filter(Boolean).join("/");
  return pathOf;
};

interface Left {
  readonly kind: string;
  readonly entity_id: string;
  readonly state: string;
  readonly reason: string | null;
}

/** Until nobody is due or waits; answers who is not in sync, and rejects after ten seconds. */
async function settled(): Promise<readonly Left[]> {
  for (const end = systemClock.monotonicMs() + 10_000; ; ) {
    const { rows } = await env.pool.query<Left & { lease: string | null }>(
      "select kind, entity_id, state, reason, lease from entity_states where state <> 'inSync' or lease is not null",
    );
    const busy = rows.filter(({ lease, state }) => lease !== null || state === "due" || state === "waiting");
    if (busy.length === 0) return rows;
    if (systemClock.monotonicMs() > end) throw new Error(`never settled: ${JSON.stringify(busy)}`);
    await systemClock.sleep(10);
  }
}

const WRITES = /create|update|delete|add_role|addroles|removeroles|disable|enable|signOut/;

/** Calls that would change something, done or refused. */
async function writes(): Promise<number> {
  return Object.entries(await env.calls()).reduce(
    (sum, [api, { count }]) => sum + (WRITES.test(api) ? count : 0),
    0,
  );
}

async function holds(there: Existing, wanted: Wanted): Promise<void> {
  env = await openTestEnvironment({ retryBaseMs: 10 });
  try {
    const places = await populate(there);
    const rootNames = new Set(
      (await env.state()).departments.filter(({ parent_id }) => parent_id === 1).map(({ name }) => name),
    );
    const people = await fill(wanted, there, places);
    const before = await strangers();
    const blocked = new Set(people.filter((person) => person.blocked).map(({ id }) => id));

    env.startWorker();
    const left = await settled();
    expect(left.filter(({ kind, entity_id }) => kind === "user" && !blocked.has(entity_id))).toEqual([]);
    expect(await strangers()).toEqual(before);

    // Who left and is still there under our own id has no link: the comparison finds them, and they go.
    const compare = () =>
      sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);
    await compare();
    await settled();
    const { rows: leavers } = await env.pool.query<{ id: string }>(
      "select id::text from users where not active",
    );
    const inside = (await env.state()).users.map(({ userid }) => userid);
    expect(leavers.filter(({ id }) => inside.includes(id))).toEqual([]);
    expect(await strangers()).toEqual(before);

    const { users, departments } = await env.state();
    const pathOf = pathsIn(departments);
    const ours = departments
      .filter(({ source_identifier }) => source_identifier)
      .map(({ dept_id }) => pathOf(dept_id));
    const free = wanted.groups.filter((path) => !rootNames.has(path[0]!));
    expect(ours.sort()).toEqual(
      [...new Set(free.flatMap((path) => path.map((_, at) => path.slice(0, at + 1).join("/"))))].sort(),
    );
    for (const { id, paths, blocked: isBlocked } of people) {
      const remote = users.find(({ userid }) => userid === id);
      if (isBlocked) continue;
      expect(remote?.dept_id_list.map(pathOf).sort()).toEqual(paths);
    }

    // Once more from memory, and once more after forgetting everything that was seen: nothing is sent.
    const [made, sent] = [await env.state(), await writes()];
    const again =
      "update entity_states set state = 'due', next_at = now(), attempts = 0 where state = 'inSync'";
    await env.pool.query(again);
    await settled();
    await env.pool.query("update links set attributes = null, observed_at = null where status = 'owned'");
    await env.pool.query(again);
    await settled();
    expect((await writes()) - sent).toBe(0);

    // By DingTalk's lists only those differ whom a stranger keeps from being right; they are tried again, in
    // vain.
    const { differing, missing } = await compare();
    expect(missing).toBe(0);
    expect(differing).toBeLessThanOrEqual(users.filter(({ userid }) => blocked.has(userid)).length);
    await settled();
    expect(await env.state()).toEqual(made);
    expect(await strangers()).toEqual(before);
  } finally {
    await env.close();
  }
}

test("a stranger's department in the way of ours, and of those below it, keeps nobody out; when it is gone everybody moves in", async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
  try {
    await edit("/topapi/v2/department/create", { name: "HK", parent_id: 1 });
    const theirs = (await env.state()).departments.find(({ name }) => name === "HK")!.dept_id;
    const id = await env.addUser({
      userName: "li@example.com",
      displayName: "Li",
      active: true,
      phoneNumbers: [{ type: "mobile", value: mobile(1) }],
    });
    await env.addGroup("HK/Sales/Retail", [id]);
    env.startWorker();
    const left = await settled();
    expect(left.map(({ kind, state }) => [kind, state])).toEqual(Array(3).fill(["department", "parked"]));
    expect((await env.state()).users).toMatchObject([{ userid: id, dept_id_list: [1] }]);

    await edit("/topapi/v2/department/update", { dept_id: theirs, name: "Hong Kong" });
    // The operator lets the topmost be tried again; those below follow by themselves.
    await env.pool.query(
      "update entity_states set state = 'due', next_at = now() where kind = 'department' and last_answer = '60021' and state = 'parked'",
    );
    expect(await settled()).toEqual([]);
    const { users, departments } = await env.state();
    expect(users[0]!.dept_id_list.map(pathsIn(departments))).toEqual(["HK/Sales/Retail"]);
  } finally {
    await env.close();
  }
});

test(
  "apply, then plan again: nothing, whatever was there before and whoever is in the way",
  async () => {
    await fc.assert(fc.asyncProperty(existing, directory, holds), {
      numRuns: RUNS,
      seed: 4,
      endOnFailure: true,
    });
  },
  30_000 + RUNS * 10_000,
);
