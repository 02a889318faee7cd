import { remembering } from "../../../src/core/remembering.ts";

test("what was asked a moment ago is not worked out again, and memory is bounded", () => {
  const asked: string[] = [];
  const length = remembering((text: string, _by: "") => {
    asked.push(text);
    return text.length;
  }, 2);
  expect(["a", "bb", "a", "ccc", "a"].map((text) => length(text, ""))).toEqual([1, 2, 1, 3, 1]);
  expect(asked).toEqual(["a", "bb", "ccc"]);
  for (const text of ["d", "e", "f", "g"]) length(text, "");
  expect(length("bb", "")).toBe(2);
  expect(asked).toEqual(["a", "bb", "ccc", "d", "e", "f", "g", "bb"]);
});

test("undefined is an answer, too", () => {
  let asked = 0;
  const nothing = remembering(() => {
    asked += 1;
  });
  expect([nothing("a", ""), nothing("a", "")]).toEqual([undefined, undefined]);
  expect(asked).toBe(1);
});

test("one text has an answer for each that it is read by, however the two are cut", () => {
  const both = remembering((text: string, by: string) => `${by}|${text}`);
  expect([both("bc", "a"), both("c", "ab"), both("abc", ""), both("bc", "a")]).toEqual([
    "a|bc",
    "ab|c",
    "|abc",
    "a|bc",
  ]);
});
