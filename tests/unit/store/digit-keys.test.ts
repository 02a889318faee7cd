import type { JsonObject } from "../../../src/core/entity.ts";
import { addNumberKeys, addRunKeys, keyOfEnd, keysWithin } from "../../../src/store/digit-keys.ts";

function digitKeys(names: readonly (string | null)[], document: JsonObject): readonly number[] {
  const keys = new Set<number>();
  for (const name of names) if (name !== null) addRunKeys(name, keys);
  addNumberKeys(document, keys);
  return [...keys];
}

const numbers = (...values: readonly unknown[]) =>
  ({ phoneNumbers: values.map((value) => ({ value })) }) as never;

test.each<[string, readonly (string | null)[], object, readonly number[]]>([
  [
    "the last four digits of each number, whatever stands between or after them",
    [],
    numbers("+852 9123-4567", "(30) 0 0,2 6 (office)"),
    [14567, 10026],
  ],
  ["nothing of a number that is shorter", [], numbers("123", "", "no number"), []],
  ["each four digits in a row of a name, once", ["e0012345@x", "001234"], {}, [12, 123, 1234, 2345]],
  ["not digits that other letters part", ["12 34-56a789", null], {}, []],
  ["only digits that PostgreSQL takes for such", ["٤٥٦٧"], numbers("４５６７"), []],
  ["nothing of what is no list of numbers", [], { phoneNumbers: "91234567" }, []],
  [
    "nothing of what has no value",
    [],
    { phoneNumbers: [null, "91234567", ["91234567"], { type: "work" }, { value: null }] },
    [],
  ],
  ["a number that is no text", [], numbers(91234567), [14567]],
])("%s", (_name, names, document, keys) => {
  expect([...digitKeys(names, document as never)].sort()).toEqual([...keys].sort());
});

test("whatever is a part of a name has no key that the name lacks", () => {
  for (const part of ["2345", "12345", "0123456"]) {
    expect(digitKeys([`a${part}6.b`], {})).toEqual(expect.arrayContaining([...keysWithin(part)]));
    expect(keysWithin(part)).toHaveLength(part.length - 3);
  }
  expect(keysWithin("123 456")).toEqual([]);
});

test("the end of a number has the key of the number", () => {
  expect(keyOfEnd("4567")).toBe(14567);
  expect(keyOfEnd("91234567")).toBe(14567);
  expect(keyOfEnd("0000")).toBe(10000);
  expect(keyOfEnd("567")).toBeUndefined();
});
