import { createPageCache } from "../../../src/store/directory/list/page-cache.ts";
import {
  HORIZON,
  type ListSnapshot,
  NO_PROBE,
  type ProbeRequest,
} from "../../../src/store/directory/list/snapshot.ts";

const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

/** What a statement sees of rows 1 to `last`, of which none is missing, when it looks as `probe` says. */
function seen(
  snapshot: string,
  last: number,
  probe: ProbeRequest,
  more: { total?: number; removed?: number } = {},
): ListSnapshot {
  const { horizon: asked, renew } = probe;
  const beyond = asked === NO_PROBE.horizon ? 0 : last - Number(asked.slice(-12));
  const moves = { removed: more.removed ?? 0, asked, beyond, horizon: renew ? id(last - HORIZON) : null };
  return { snapshot, total: more.total ?? last, moves };
}

/** Of a thousand rows. */
const KNOWN: ProbeRequest = { horizon: id(1_000 - HORIZON), renew: false };

function walked(): ReturnType<typeof createPageCache> {
  const memory = createPageCache();
  memory.rememberPosition("list", seen("s1", 1_000, NO_PROBE), 100, { id: id(100), key: undefined });
  memory.rememberPosition("list", seen("s1", 1_000, NO_PROBE), 980, { id: id(980), key: undefined });
  return memory;
}

test.each<[string, number, ListSnapshot, boolean]>([
  ["nothing has happened", 980, { snapshot: "s1" }, true],
  ["something has, and the list is not one that tells what", 100, { snapshot: "s2" }, false],
  ["something else has happened", 100, seen("s2", 1_000, KNOWN), true],
  ["rows were added at the end", 100, seen("s2", 1_300, KNOWN), true],
  ["rows were added, and the position is behind the horizon", 980, seen("s2", 1_300, KNOWN), false],
  ["too many rows were added to count them", 100, seen("s2", 9_000, KNOWN), false],
  ["a row was removed", 100, seen("s2", 1_000, KNOWN, { total: 999, removed: 1 }), false],
  ["a row was removed and one added", 100, seen("s2", 1_001, KNOWN, { total: 1_000, removed: 1 }), false],
  ["a row came before the horizon", 100, seen("s2", 1_000, KNOWN, { total: 1_001 }), false],
  [
    "the statement asked about another horizon",
    100,
    seen("s2", 1_000, { ...KNOWN, horizon: id(700) }),
    false,
  ],
])("a position is good when %s: row %i", (_case, index, seen, expected) => {
  expect(walked().nearest("list", index)?.holds(seen)).toBe(expected);
});

test("the nearest row known is the last of those up to the one asked for", () => {
  const memory = walked();
  memory.rememberPosition("list", seen("s1", 1_000, NO_PROBE), 500, { id: id(500), key: undefined });
  memory.rememberPosition("list", seen("s1", 1_000, NO_PROBE), 100, { id: id(100), key: undefined });
  expect([99, 100, 499, 500, 979, 5_000].map((index) => memory.nearest("list", index)?.index)).toEqual([
    undefined,
    100,
    100,
    500,
    500,
    980,
  ]);
  expect(memory.nearest("list", 600)?.position.id).toBe(id(500));
});

test("a total is good for its snapshot only", () => {
  const memory = createPageCache();
  memory.rememberTotal("list", { snapshot: "s1" }, 7);
  expect([memory.totalOf("list", "s1"), memory.totalOf("list", "s2"), memory.totalOf("other", "s1")]).toEqual(
    [7, undefined, undefined],
  );
});

test("the horizon follows the list once many rows are behind it, and what was known stays known", () => {
  const memory = walked();
  expect(memory.probeOf("list")).toEqual(KNOWN);
  memory.rememberPosition("list", seen("s2", 2_500, KNOWN), 200, { id: id(200), key: undefined });
  expect(memory.probeOf("list")).toEqual({ ...KNOWN, renew: true });
  memory.rememberPosition("list", seen("s3", 2_500, memory.probeOf("list")), 300, {
    id: id(300),
    key: undefined,
  });
  const moved = { horizon: id(2_500 - HORIZON), renew: false };
  expect(memory.probeOf("list")).toEqual(moved);
  const later = seen("s4", 2_600, moved);
  expect([100, 200, 300, 980].map((index) => memory.nearest("list", index)?.holds(later))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test("a list in which rows have moved starts anew", () => {
  const memory = walked();
  memory.rememberPosition("list", seen("s2", 999, KNOWN, { removed: 1 }), 200, {
    id: id(201),
    key: undefined,
  });
  expect([100, 200, 980].map((index) => memory.nearest("list", index)?.index)).toEqual([undefined, 200, 200]);
});

test("memory is bounded: the lists used longest ago go first", () => {
  const memory = createPageCache();
  for (let list = 0; list < 300; list += 1) {
    for (let page = 1; page <= 100; page += 1)
      memory.rememberPosition(`list ${list}`, { snapshot: "s1" }, page, { id: id(page), key: undefined });
  }
  const known = Array.from({ length: 300 }, (_, list) => memory.nearest(`list ${list}`, 50) !== undefined);
  expect([known[0], known[299], known.filter(Boolean).length <= 200]).toEqual([false, true, true]);
});
