import fc from "fast-check";
import { sameJson } from "../../../src/core/json/same-json.ts";
import { InvalidSyntax, TooMany } from "../../../src/scim/errors.ts";
import { checkedBody, JSON_LIMITS } from "../../../src/scim/json.ts";

const nested = (depth: number): unknown =>
  JSON.parse(`${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`);

test.each<[string, unknown]>([
  ["an empty object", {}],
  ["the deepest body", nested(JSON_LIMITS.depth)],
  ["the longest list", { members: Array.from({ length: JSON_LIMITS.elements }, () => "x") }],
  ["characters beyond the basic plane", { displayName: "李小龙 \u{1F600}" }],
])("takes %s", (_name, body) => expect(checkedBody(body)).toBe(body));

test.each<[string, unknown, new (message: string) => Error]>([
  ["no object: null", null, InvalidSyntax],
  ["no object: a list", [], InvalidSyntax],
  ["no object: text", "x", InvalidSyntax],
  ["one level too deep", nested(JSON_LIMITS.depth + 1), InvalidSyntax],
  ["a number too large to keep", JSON.parse('{"urn:example:1.0:User":{"a":[1e999]}}'), InvalidSyntax],
  ["a number too small to keep", JSON.parse('{"a":-1e999}'), InvalidSyntax],
  ["one element too many", { members: Array.from({ length: JSON_LIMITS.elements + 1 }, () => 1) }, TooMany],
  ["NUL in a value", { a: ["x\u0000"] }, InvalidSyntax],
  ["half a surrogate pair", { a: { b: "\ud83d" } }, InvalidSyntax],
  ["NUL in a name", { "a\u0000": 1 }, InvalidSyntax],
  ["__proto__ as a name", JSON.parse('{"name":{"__proto__":{"admin":true}}}'), InvalidSyntax],
  ["constructor as a name", JSON.parse('{"urn:x:y":{"constructor":1}}'), InvalidSyntax],
  ["prototype as a name", JSON.parse('{"prototype":1}'), InvalidSyntax],
])("refuses %s", (_name, body, error) => expect(() => checkedBody(body)).toThrow(error));

test("two values are the same however their members are ordered", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const turned = JSON.parse(JSON.stringify(value), (_name, member) =>
        typeof member === "object" && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).reverse())
          : member,
      ) as unknown;
      expect(sameJson(JSON.parse(JSON.stringify(value)), turned)).toBe(true);
      expect(sameJson([turned], turned)).toBe(false);
    }),
  );
});

describe("what is refused is named", () => {
  test.each<[string, unknown, string]>([
    [
      "an attribute",
      { displayName: "x\u0000" },
      "displayName holds a character that is not allowed (NUL or half a surrogate pair)",
    ],
    [
      "an attribute of an extension",
      { "urn:x:2.0:User": { costCenter: "\ud83d" } },
      "urn:x:2.0:User.costCenter holds a character",
    ],
    [
      "an element of a list",
      { emails: [{ value: "a" }, { value: "\u0000" }] },
      "emails[1].value holds a character",
    ],
    [
      "the attribute of a PATCH",
      { Operations: [{ op: "add", path: "title", value: "\u0000" }] },
      "Operations[0].value (title) holds a character",
    ],
    [
      "the attribute of a PATCH in a bulk job",
      { Operations: [{ data: { operations: [{ op: "add", Path: "nickName", Value: "\u0000" }] } }] },
      "Operations[0].data.operations[0].Value (nickName) holds a character",
    ],
    ["a number", JSON.parse('{"a":[{"b":1e999}]}'), "a[0].b is a number that is too large"],
    [
      "the longest list",
      { members: Array.from({ length: JSON_LIMITS.elements + 1 }, () => 1) },
      "members holds more than 10000 elements",
    ],
    ["a name", { name: { constructor: 1 } }, 'name holds a name that is not allowed "constructor"'],
    [
      "a name that shows nothing",
      { name: { "a\u0000": 1 } },
      "name holds a name with a character that is not allowed",
    ],
    ["the body itself", { "\ud800": 1 }, "the body holds a name with a character that is not allowed"],
  ])("%s", (_name, body, said) => expect(() => checkedBody(body)).toThrow(said));

  test("no value, and no text that could be one, is repeated", () => {
    const refuse = () => checkedBody({ "Li Wei's number": { "+852 6111": "secret\u0000" } });
    expect(refuse).toThrow("….… holds a character");
    expect(() => checkedBody({ Operations: [{ path: 'emails[value eq "li@x"]', value: "\u0000" }] })).toThrow(
      /^Operations\[0\]\.value holds/,
    );
  });

  test("a deep one by its innermost names", () => {
    const message = () => checkedBody(nested(JSON_LIMITS.depth + 1));
    expect(message).toThrow(/^(a\.){11}a is nested deeper than 32 levels$/);
  });
});
