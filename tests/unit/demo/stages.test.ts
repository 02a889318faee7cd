import type { JsonObject } from "../../../src/core/entity.ts";
import { managerIn } from "../../../src/demo/company/company.ts";
import { afterLeavers, changed, founded } from "../../../src/demo/company/stages.ts";
import { lacks, remember } from "../../../src/demo/cycle/memory.ts";
import { createTeam, createUser } from "../../../src/demo/server/requests.ts";

const SIZE = { users: 200, departments: 25, seed: 1 };
const first = founded(SIZE);
const second = changed(SIZE, first);
const last = afterLeavers(second);
const everybody = [...second.people];

test("the same seed gives the same company, another seed another one", () => {
  expect(founded(SIZE)).toEqual(first);
  const other = new Set(founded({ ...SIZE, seed: 2 }).people.map(({ userName }) => userName));
  expect(first.people.filter(({ userName }) => other.has(userName))).toEqual([]);
});

test("a larger company of the same seed contains the smaller one", () => {
  const bigger = founded({ ...SIZE, users: 300 });
  expect(bigger.people.slice(0, 200)).toEqual(first.people);
});

test.each(["externalId", "userName", "email", "mobile", "employeeNumber", "workPhone"] as const)(
  "no two people have the same %s",
  (name) => {
    for (const { people } of [first, second]) {
      const values = people.flatMap((person) => person[name] ?? []);
      expect(new Set(values).size).toBe(values.length);
    }
  },
);

test("numbers of Hong Kong and the mainland, and names in both kinds of characters and in Latin letters", () => {
  for (const { mobile } of everybody) expect(mobile).toMatch(/^(\+852 9\d{3} \d{4}|\+86 138 \d{4} \d{4})$/);
  for (const start of ["+852", "+86"])
    expect(everybody.some(({ mobile }) => mobile.startsWith(start))).toBe(true);
  for (const script of [/^\p{Script=Han}+$/u, /^[A-Za-z'. -]+$/]) {
    expect(everybody.filter(({ displayName }) => script.test(displayName)).length).toBeGreaterThan(50);
  }
});

test("departments have two and three levels, managers form a tree, and some people are in no or in two departments", () => {
  expect(new Set(first.teams.map(({ displayName }) => displayName.split("/").length))).toEqual(
    new Set([2, 3]),
  );
  expect(first.people.filter((person) => managerIn(first, person) === undefined)).toHaveLength(1);
  const counts = first.people.map(
    ({ externalId }) => first.teams.filter(({ members }) => members.includes(externalId)).length,
  );
  expect(new Set(counts)).toEqual(new Set([0, 1, 2]));
});

test("the change cycle has every kind of change", () => {
  const before = new Map(first.people.map((person) => [person.externalId, person]));
  for (const name of [
    "title",
    "displayName",
    "mobile",
    "email",
    "workPhone",
    "managerId",
    "department",
  ] as const) {
    expect(
      second.people.filter(
        (person) => before.get(person.externalId) && before.get(person.externalId)![name] !== person[name],
      ),
    ).not.toEqual([]);
  }
  expect(second.people.length).toBeGreaterThan(first.people.length);
  expect(
    second.teams.filter(({ displayName }, index) => displayName !== first.teams[index]!.displayName),
  ).toHaveLength(2);
});

test("some leavers are deactivated and others deleted, with managers in both groups, and a department is deleted", () => {
  const managers = new Set(second.people.map(({ managerId }) => managerId));
  const staying = new Set(last.people.map(({ externalId }) => externalId));
  expect(last.people.some(({ active, externalId }) => !active && managers.has(externalId))).toBe(true);
  expect(second.people.some(({ externalId }) => !staying.has(externalId) && managers.has(externalId))).toBe(
    true,
  );
  expect(last.teams).toHaveLength(second.teams.length - 1);
});

test("provisioned values are remembered, and differences are named", () => {
  const users = first.people.map(
    (person, index) => ({ ...createUser(person).body!, id: `u${index}` }) as JsonObject,
  );
  const idOf = new Map(first.people.map(({ externalId }, index) => [externalId, `u${index}`]));
  const managed = users.map((user, index): JsonObject => {
    const manager = managerIn(first, first.people[index]!);
    const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    return manager === undefined
      ? user
      : { ...user, [urn]: { ...(user[urn] as object), manager: { value: idOf.get(manager)! } } };
  });
  const groups = first.teams.map((team, index) => ({
    ...createTeam(team).body!,
    id: `g${index}`,
    members: team.members.map((member) => ({ value: idOf.get(member)! })),
  }));
  expect(lacks(remember({ users: managed, groups, remoteIds: new Map() }, first), first)).toEqual([]);
  const [lost, ...kept] = managed;
  expect(lacks(remember({ users: kept, groups, remoteIds: new Map() }, first), first)).toContain(
    `user ${String(lost!.userName)} is not in the directory`,
  );
});
