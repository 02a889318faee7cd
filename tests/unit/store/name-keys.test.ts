import fc from "fast-check";
import { fold } from "../../../src/core/text/fold.ts";
import { foldHan, hanVariants } from "../../../src/core/text/han.ts";
import { HAN_PAIRS } from "../../../src/core/text/han-pairs.ts";
import { addNameKeys, nameKeysWithin, wholeKey } from "../../../src/store/name-keys.ts";

const keysOf = (name: string): ReadonlySet<number> => {
  const keys = new Set<number>();
  addNameKeys(name, keys);
  return keys;
};
const mayContain = (name: string, part: string): boolean => {
  const keys = keysOf(name);
  const { all, oneOf } = nameKeysWithin(hanVariants(part));
  return all.every((key) => keys.has(key)) && oneOf.every((some) => some.some((key) => keys.has(key)));
};

test.each([
  ["three letters in a row, over blanks and signs", "o li.", 3],
  ["each Chinese character", "陳大文", 3],
  ["nothing of two letters", "li", 0],
  ["nothing of digits, which part letters", "ab12cd345", 0],
  ["letters and characters on their own", "陳 tai", 3],
])("a name has a key for %s", (_what, name, count) => expect(keysOf(name).size).toBe(count));

/** Letters, digits and characters that meet often; simplified, traditional, and beyond 16 bits. */
const letters = fc.constantFrom(..."abc .-1é刘劉强強㐂𠮷後后ょ한");
const text = (minLength: number, maxLength: number) =>
  fc.array(letters, { minLength, maxLength }).map((all) => fold(all.join("")));

test("whatever contains a text has its keys, in simplified or traditional characters", () =>
  fc.assert(
    fc.property(text(0, 6), text(1, 5), text(0, 6), (before, part, after) => {
      const otherWay = foldHan(part);
      expect(mayContain(before + part + after, part)).toBe(true);
      expect(mayContain(before + part + after, otherWay)).toBe(true);
      expect(mayContain(before + otherWay + after, part)).toBe(true);
    }),
    { numRuns: 2_000 },
  ));

test("every pair of simplified and traditional characters finds each other", () => {
  const characters = [...HAN_PAIRS].filter((character) => character !== "\n");
  for (let at = 0; at < characters.length; at += 2) {
    const [one, other] = [fold(characters[at]!), fold(characters[at + 1]!)];
    expect([one, mayContain(one, other), mayContain(other, one)]).toEqual([one, true, true]);
  }
});

test("keys are of 16 bits, and those of letters are negative", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (name) => {
      for (const key of [...keysOf(fold(name)), wholeKey(name)]) {
        expect(Number.isInteger(key) && key >= -32_768 && key <= 32_767).toBe(true);
        expect(key < 0 || key >= 20_000).toBe(true);
      }
    }),
  );
});
