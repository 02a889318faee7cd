import { randomUUID } from "node:crypto";
import { silentLogger } from "../../../src/core/logger.ts";
import type { PathLevel } from "../../../src/reconcile/places.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createTree } from "../../../src/store/tree/tree.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { createRandom, type Random } from "../reconcile/random-directory.ts";

/*
 * A department is the same one wherever its group, or its organisation, is renamed to, in whatever order the
 * parts of a rename arrive.
 */

const TARGET = "dingtalk";
const SEEDS = Number(process.env["FAULT_SEEDS"] ?? 2);

let database: TestDatabase;
let pool: Pool;
let tree: ReturnType<typeof createTree>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4, logger: silentLogger });
  tree = createTree(pool, TARGET, 60_000);
});
afterEach(async () => {
  for (const table of ["placements", "person_departments", "departments", "links", "entity_states"])
    await pool.query(`delete from ${table}`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const levels = (path: string): PathLevel[] =>
  path.split("/").map((name) => ({ name, external: false, settings: {} }));
const place = (group: string, path: string): Promise<void> =>
  tree.writeGroupNode(group, { kind: "department", path: levels(path) }, "path", []);

/** Everything of the tree is at the target now. */
const made = () =>
  pool.query(
    `insert into links (target, kind, entity_id, remote_id, status) select target, 'department', id, id::text, 'owned' from departments where present
     on conflict do nothing`,
  );

async function idsByPath(): Promise<Readonly<Record<string, string>>> {
  const { rows } = await pool.query(
    `with recursive down(id, path) as (
       select id, name from departments where present and parent_id is null
       union all select d.id, down.path || '/' || d.name from down join departments d on d.parent_id = down.id and d.present)
     select id, path from down order by path`,
  );
  return Object.fromEntries(rows.map(({ id, path }) => [path, id]));
}

/** As the loop does: what is marked is placed again by its path until nothing is marked any more. */
async function placeAll(paths: ReadonlyMap<string, string>): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const { rows } = await pool.query("delete from entity_states where kind = 'group' returning entity_id");
    if (rows.length === 0) return;
    for (const { entity_id } of rows) await place(entity_id, paths.get(entity_id)!);
  }
  throw new Error("groups are marked for ever");
}

const shuffled = <T>(list: readonly T[], random: Random): T[] =>
  list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

/** All orders of up to three; of more as they are, backwards, and some others. */
function orders<T>(list: readonly T[], random: Random): readonly (readonly T[])[] {
  if (list.length > 3)
    return [list, list.toReversed(), ...Array.from({ length: SEEDS }, () => shuffled(list, random))];
  if (list.length <= 1) return [list];
  return list.flatMap((first) =>
    orders(
      list.filter((other) => other !== first),
      random,
    ).map((rest) => [first, ...rest]),
  );
}

/**
 * Renames in every order, and after each checks that each group has the department it had before, and nothing
 * is left over.
 */
async function expectSame(
  before: readonly string[],
  after: readonly string[],
  random: Random,
): Promise<void> {
  for (const order of orders(
    before.map((_, at) => at),
    random,
  )) {
    const groups = before.map(() => randomUUID());
    const paths = new Map(groups.map((group, at) => [group, before[at]!]));
    for (const group of groups) await place(group, paths.get(group)!);
    await placeAll(paths);
    await made();
    const ids = await idsByPath();
    for (const at of order) {
      paths.set(groups[at]!, after[at]!);
      await place(groups[at]!, after[at]!);
      await placeAll(paths);
    }
    const now = await idsByPath();
    const expected = new Set(
      after.flatMap((path) => path.split("/").map((_, at, all) => all.slice(0, at + 1).join("/"))),
    );
    expect({ order, paths: Object.keys(now).sort() }).toEqual({ order, paths: [...expected].sort() });
    expect({ order, ids: after.map((path) => now[path]) }).toEqual({
      order,
      ids: before.map((path) => ids[path]),
    });
    for (const group of groups) await tree.writeGroupNode(group, undefined, "path", []);
    for (const table of ["departments", "links", "entity_states"]) await pool.query(`delete from ${table}`);
  }
}

const random = createRandom(7);

test.each<[string, readonly string[], readonly string[]]>([
  ["a region and its teams", ["Old", "Old/T0", "Old/T1", "Old/T2"], ["New", "New/T0", "New/T1", "New/T2"]],
  ["two levels above", ["A", "A/B", "A/B/T"], ["X", "X/Y", "X/Y/T"]],
  ["a chain of names", ["A", "B", "C"], ["B", "C", "D"]],
  ["a swap", ["P/A", "P/B"], ["P/B", "P/A"]],
  ["three names in a ring", ["A", "B", "C"], ["B", "C", "A"]],
  ["a swap of regions with teams", ["A", "A/T", "B", "B/T"], ["B", "B/T", "A", "A/T"]],
  ["below itself", ["Sales", "Sales/Retail"], ["Sales/Retail", "Trade"]],
  ["above itself", ["A", "A/B"], ["B/A", "B"]],
])("%s, in every order", (_name, before, after) => expectSame(before, after, random));

test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  "a random tree with its names changed at random, seed %s",
  async (seed) => {
    const chance = createRandom(seed);
    const names = ["A", "B", "C", "D"];
    const name = () => names[Math.floor(chance() * names.length)]!;
    const path = () => Array.from({ length: 1 + Math.floor(chance() * 3) }, name).join("/");
    const some = () => [...new Set(Array.from({ length: 7 }, path))];
    const [before, after] = [some(), some()];
    const size = Math.min(before.length, after.length, 5);
    await expectSame(before.slice(0, size), shuffled(after, chance).slice(0, size), chance);
  },
);

describe("a department that no group stands for", () => {
  test.each([0, 1, 2, 3, 4, 5])(
    "goes on as the new one all its departments have left for, order %s",
    async (which) => {
      const groups = [randomUUID(), randomUUID(), randomUUID()];
      for (const [at, group] of groups.entries()) await place(group, `Old/T${at}`);
      await made();
      const before = await idsByPath();
      for (const at of orders([0, 1, 2], random)[which]!) await place(groups[at]!, `New/T${at}`);
      const now = await idsByPath();
      expect(now).toEqual({
        New: before["Old"],
        "New/T0": before["Old/T0"],
        "New/T1": before["Old/T1"],
        "New/T2": before["Old/T2"],
      });
    },
  );

  test("the same two levels up", async () => {
    const groups = [randomUUID(), randomUUID()];
    for (const [at, group] of groups.entries()) await place(group, `A/B/T${at}`);
    await made();
    const before = await idsByPath();
    for (const [at, group] of groups.entries()) await place(group, `X/Y/T${at}`);
    const now = await idsByPath();
    expect([now["X"], now["X/Y"]]).toEqual([before["A"], before["A/B"]]);
  });
});

test("a group deleted and sent again has the department it had", async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  await place(first, "HK/Sales");
  await made();
  const before = await idsByPath();
  await tree.writeGroupNode(first, undefined, "path", []);
  expect(await idsByPath()).toEqual({});
  await place(second, "HK/Sales");
  expect(await idsByPath()).toEqual(before);
});

describe("names that are one at the target", () => {
  const at = (name: string, nameKey: string): readonly PathLevel[] => [
    { name, nameKey, external: false, settings: {} },
  ];
  const put = (group: string, name: string, nameKey: string) =>
    tree.writeGroupNode(group, { kind: "department", path: at(name, nameKey) }, "path", []);
  const ordinals = async () =>
    Object.fromEntries(
      (await pool.query("select name, ordinal from departments where present")).rows.map(
        ({ name, ordinal }) => [name, ordinal],
      ),
    );

  test("the first keeps the name, others get numbers and keep them until the name is free", async () => {
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
    await put(a, "R-D", "r-d");
    await put(b, "R‐D", "r-d");
    await put(c, "R–D", "r-d");
    expect(await ordinals()).toEqual({ "R-D": 1, "R‐D": 2, "R–D": 3 });
    await put(c, "R–D", "r-d");
    await put(a, "Lab", "lab");
    expect(await ordinals()).toEqual({ Lab: 1, "R‐D": 1, "R–D": 3 });
  });

  test("a number that another one is called by is passed over", async () => {
    await put(randomUUID(), "Sales (2)", "sales (2)");
    await put(randomUUID(), "Sales", "sales");
    await put(randomUUID(), "Sales\u200b", "sales");
    expect(await ordinals()).toEqual({ "Sales (2)": 1, Sales: 1, "Sales\u200b": 3 });
  });
});

describe("departments by key", () => {
  const path = (...named: readonly (readonly [key: string, name: string])[]): readonly PathLevel[] =>
    named.map(([key, name]) => ({ key, name, external: false, settings: {} }));
  const people = Array.from({ length: 4 }, () => randomUUID());
  const put = (id: string, levels: readonly PathLevel[]) =>
    tree.writePersonDepartments(id, [{ path: levels, main: true }], []);

  test("another name renames, whoever says so first, and nobody who has not heard of it undoes that", async () => {
    const old = path(["o1", "Retail"], ["o2", "Sales"]);
    const fresh = path(["o1", "Shops"], ["o2", "Trade"]);
    for (const id of people) await put(id, old);
    await made();
    const before = await idsByPath();
    for (const id of people) {
      await put(id, fresh);
      for (const other of people.slice(people.indexOf(id) + 1)) await put(other, old);
      await put(randomUUID(), old);
      expect(await idsByPath()).toEqual({ Shops: before["Retail"], "Shops/Trade": before["Retail/Sales"] });
    }
  });

  test("another one above moves it, with those below", async () => {
    const [a = "", b = "", c = ""] = people;
    await put(a, path(["o1", "HK"], ["o3", "Sales"], ["o4", "Team"]));
    await put(b, path(["o2", "CN"]));
    await put(c, path(["o1", "HK"]));
    await made();
    const before = await idsByPath();
    await put(a, path(["o2", "CN"], ["o3", "Sales"], ["o4", "Team"]));
    const now = await idsByPath();
    expect(now).toEqual({
      HK: before["HK"],
      CN: before["CN"],
      "CN/Sales": before["HK/Sales"],
      "CN/Sales/Team": before["HK/Sales/Team"],
    });
  });

  test("two of one name stand beside each other", async () => {
    const [a = "", b = ""] = people;
    await put(a, path(["o1", "Sales"]));
    await put(b, path(["o2", "Sales"]));
    const { rows } = await pool.query("select name, ordinal from departments where present order by ordinal");
    expect(rows).toEqual([
      { name: "Sales", ordinal: 1 },
      { name: "Sales", ordinal: 2 },
    ]);
  });
});
