import fc from "fast-check";
import { repeatedName } from "../../../src/http/connection/repeated-names.ts";

const repeated = (text: string) => repeatedName(text, JSON.parse(text));

test.each<[string, string | undefined]>([
  ['{"a":1,"a":1}', "a"],
  ['{"b":{"a":1},"c":[{"x":{"a":1,"b":2,"a":3}}]}', "a"],
  [String.raw`{"value":1,"v\u0061lue":2}`, "value"],
  [String.raw`{"\"":1,":{":2,"\"":3}`, '"'],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', undefined],
  ['{"a":"{\\"a\\":1,\\"a\\":2}"}', undefined],
  ['{"A":1,"a":2}', undefined],
  ['{"__proto__":{"a":1},"constructor":2,"1":3}', undefined],
  ['"a:b"', undefined],
  ["[]", undefined],
])("%s: %s", (text, name) => expect(repeated(text)).toBe(name));

test("what JSON.stringify writes repeats nothing, until a name is written once more", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      fc.constantFrom(undefined, 1),
      (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(repeated(text)).toBeUndefined();
        const name = Object.keys(value).at(-1)!;
        expect(repeated(`${text.slice(0, -1)},${JSON.stringify(name)}:0}`)).toBe(name);
      },
    ),
  );
});

test("a megabyte is looked through in a moment", () => {
  for (const text of [
    JSON.stringify({ a: '\\"'.repeat(250_000) }),
    JSON.stringify(Array.from({ length: 50_000 }, (_, a) => ({ a }))),
  ]) {
    const parsed = JSON.parse(text);
    const startedAt = performance.now();
    repeatedName(text, parsed);
    expect(performance.now() - startedAt).toBeLessThan(500);
  }
});
