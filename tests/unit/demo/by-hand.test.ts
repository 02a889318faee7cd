import { byHand, DIRT } from "../../../src/demo/rollout/by-hand.ts";

const SIZE = { users: 200, departments: 25, seed: 3 };

test("5 % of the people entered by hand have a mistake, and every kind occurs", () => {
  const { dirt, accounts, wanted } = byHand(SIZE);
  expect(Object.keys(dirt).sort()).toEqual([...DIRT].sort());
  expect(Object.values(dirt).reduce((sum, count) => sum + count, 0)).toBe(SIZE.users * 0.05);
  const whose = accounts.flatMap(({ whose: person }) => person ?? []);
  expect(new Set(whose).size).toBe(wanted.people.length);
  expect(whose).toHaveLength(wanted.people.length);
  expect(accounts.length - whose.length).toBe((dirt.twin ?? 0) + 4);
});

test("userids and mobile numbers are unique, and every department exists before its people", () => {
  const { accounts, departments } = byHand(SIZE);
  for (const values of [
    accounts.map(({ userid }) => userid),
    accounts.map(({ mobile }) => mobile),
    departments,
  ])
    expect(new Set(values).size).toBe(values.length);
  expect(accounts.filter(({ department }) => department !== "" && !departments.includes(department))).toEqual(
    [],
  );
  for (const [at, path] of departments.entries()) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    expect(parent === "" || departments.indexOf(parent) < at).toBe(true);
  }
});

test("two companies have no department or account in common", () => {
  const [one, other] = [byHand(SIZE), byHand({ ...SIZE, seed: 4 })];
  const shared = (values: (hand: typeof one) => readonly string[]) =>
    values(one).filter((value) => values(other).includes(value));
  expect(shared(({ accounts }) => accounts.map(({ userid }) => userid))).toEqual([]);
  expect(shared(({ accounts }) => accounts.map(({ mobile }) => mobile))).toEqual([]);
  expect(shared(({ departments }) => departments)).toEqual([]);
});
