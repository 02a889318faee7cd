import { managerLoops } from "../../../../src/reconcile/assess/manager-loops.ts";

test.each<[string, Record<string, string>, readonly (readonly string[])[]]>([
  ["nobody", {}, []],
  ["a line has none", { a: "b", b: "c" }, []],
  ["two who lead each other", { a: "b", b: "a" }, [["a", "b"]]],
  ["who leads into a loop is not in it", { x: "a", a: "b", b: "c", c: "a", y: "x" }, [["a", "b", "c"]]],
  ["two loops", { a: "b", b: "a", c: "c" }, [["a", "b"], ["c"]]],
])("%s", (_name, managers, expected) =>
  expect(managerLoops(new Map(Object.entries(managers)))).toEqual(expected),
);

test("a line of many thousands takes no time", () => {
  const line = new Map(Array.from({ length: 100_000 }, (_, n) => [String(n), String(n + 1)]));
  expect(managerLoops(line)).toEqual([]);
});
