import { createPageMemory, NO_HORIZON, type Sight } from "../../../src/store/page-memory.ts";

const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

/** What a statement sees of rows 1 to `last`, of which none is missing, when it asks about `asked`. */
function sight(snapshot: string, last: number, asked: string, more: { total?: number; removed?: number } = {}): Sight {
  const beyond = asked === NO_HORIZON ? 0 : last - Number(asked.slice(-12));
  return { snapshot, total: more.total ?? last, moves: { removed: more.removed ?? 0, asked, beyond, horizon: id(last - 200) } };
}

function walked(): ReturnType<typeof createPageMemory> {
  const memory = createPageMemory();
  memory.rememberPosition("list", sight("s1", 1_000, NO_HORIZON), 100, { id: id(100), key: undefined });
  memory.rememberPosition("list", sight("s1", 1_000, NO_HORIZON), 900, { id: id(900), key: undefined });
  return memory;
}

test.each<[string, number, Sight, boolean]>([
  ["nothing has happened", 900, { snapshot: "s1" }, true],
  ["something has, and the list is not one that tells what", 100, { snapshot: "s2" }, false],
  ["something else has happened", 100, sight("s2", 1_000, id(800)), true],
  ["rows were added at the end", 100, sight("s2", 1_300, id(800)), true],
  ["rows were added, and the position is behind the horizon", 900, sight("s2", 1_300, id(800)), false],
  ["too many rows were added to count them", 100, sight("s2", 9_000, id(800)), false],
  ["a row was removed", 100, sight("s2", 1_000, id(800), { total: 999, removed: 1 }), false],
  ["a row was removed and one added", 100, sight("s2", 1_001, id(800), { total: 1_000, removed: 1 }), false],
  ["a row came before the horizon", 100, sight("s2", 1_000, id(800), { total: 1_001 }), false],
  ["the statement asked about another horizon", 100, sight("s2", 1_000, id(700)), false],
])("a position is good when %s: row %i", (_case, index, seen, expected) => {
  expect(walked().nearest("list", index)?.holds(seen)).toBe(expected);
});

test("the nearest row known is the last of those up to the one asked for", () => {
  const memory = walked();
  memory.rememberPosition("list", sight("s1", 1_000, NO_HORIZON), 500, { id: id(500), key: undefined });
  memory.rememberPosition("list", sight("s1", 1_000, NO_HORIZON), 100, { id: id(100), key: undefined });
  expect([99, 100, 499, 500, 899, 5_000].map((index) => memory.nearest("list", index)?.index)).toEqual([
    undefined,
    100,
    100,
    500,
    500,
    900,
  ]);
  expect(memory.nearest("list", 600)?.position.id).toBe(id(500));
});

test("a total is good for its snapshot only", () => {
  const memory = createPageMemory();
  memory.rememberTotal("list", { snapshot: "s1" }, 7);
  expect([memory.totalOf("list", "s1"), memory.totalOf("list", "s2"), memory.totalOf("other", "s1")]).toEqual([7, undefined, undefined]);
});

test("the horizon follows the list once many rows are behind it, and what was known stays known", () => {
  const memory = walked();
  expect(memory.horizonOf("list")).toBe(id(800));
  memory.rememberPosition("list", sight("s2", 2_500, id(800)), 200, { id: id(200), key: undefined });
  expect(memory.horizonOf("list")).toBe(id(2_300));
  const later = sight("s3", 2_600, id(2_300));
  expect([100, 200, 900].map((index) => memory.nearest("list", index)?.holds(later))).toEqual([true, true, false]);
});

test("a list in which rows have moved starts anew", () => {
  const memory = walked();
  memory.rememberPosition("list", sight("s2", 999, id(800), { removed: 1 }), 200, { id: id(201), key: undefined });
  expect([100, 200, 900].map((index) => memory.nearest("list", index)?.index)).toEqual([undefined, 200, 200]);
});

test("memory is bounded: the lists used longest ago go first", () => {
  const memory = createPageMemory();
  for (let list = 0; list < 300; list += 1) {
    for (let page = 1; page <= 100; page += 1)
      memory.rememberPosition(`list ${list}`, { snapshot: "s1" }, page, { id: id(page), key: undefined });
  }
  const known = Array.from({ length: 300 }, (_, list) => memory.nearest(`list ${list}`, 50) !== undefined);
  expect([known[0], known[299], known.filter(Boolean).length <= 200]).toEqual([false, true, true]);
});
