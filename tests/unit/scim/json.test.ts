import fc from "fast-check";
import { sameJson } from "../../../src/core/same-json.ts";
import { InvalidSyntax, TooMany } from "../../../src/scim/errors.ts";
import { checkedBody, JSON_LIMITS } from "../../../src/scim/json.ts";

const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`);

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
