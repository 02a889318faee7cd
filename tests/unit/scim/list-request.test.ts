import { InvalidCount, InvalidValue } from "../../../src/scim/errors.ts";
import {
  type ListRequest,
  listQuery,
  readListRequest,
  readSearchBody,
} from "../../../src/scim/list-request.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";

test.each<[string, Record<string, unknown>, Partial<ListRequest>]>([
  ["nothing", {}, { start: { kind: "index", startIndex: 1 }, count: 100, descending: false }],
  [
    "texts of numbers",
    { startIndex: "3", count: "+5" },
    { start: { kind: "index", startIndex: 3 }, count: 5 },
  ],
  ["numbers", { startIndex: 3, count: 5 }, { start: { kind: "index", startIndex: 3 }, count: 5 }],
  [
    "below the beginning",
    { startIndex: "-3", count: "-1" },
    { start: { kind: "index", startIndex: 1 }, count: 0 },
  ],
  ["more than a page", { count: "201" }, { count: 200 }],
  ["an empty cursor", { cursor: "" }, { start: { kind: "after", position: undefined } }],
  ["a cursor", { cursor: "abc" }, { start: { kind: "after", position: "abc" } }],
  ["an order in any letter case", { sortOrder: "Descending" }, { descending: true }],
  ["names in a text", { attributes: "a,b" }, { attributes: "a,b" }],
  ["names in a list", { excludedAttributes: ["a", "b"] }, { excludedAttributes: ["a", "b"] }],
  [
    "null is not given",
    { filter: null, count: null, attributes: null },
    { count: 100, attributes: undefined },
  ],
])("%s", (_name, parameters, expected) => expect(readListRequest(parameters)).toMatchObject(expected));

test.each<[string, Record<string, unknown>]>([
  ["a filter given twice", { filter: ["a pr", "b pr"] }],
  ["a filter that is no text", { filter: 5 }],
  ["a count that is no number", { count: "five" }],
  ["a count with a fraction", { count: 1.5 }],
  ["an empty count", { count: "" }],
  ["a count beyond all numbers", { count: 1e300 }],
  ["an unknown order", { sortOrder: "up" }],
  ["names that are no texts", { attributes: [5] }],
  ["an index and a cursor", { startIndex: "1", cursor: "" }],
])("%s is refused", (_name, parameters) => expect(() => readListRequest(parameters)).toThrow(InvalidValue));

test("a search may leave its schemas out, and may not be another message", () => {
  expect(readSearchBody({ count: 5 })).toMatchObject({ count: 5 });
  expect(readSearchBody({ schemas: ["URN:ietf:params:scim:api:messages:2.0:SearchRequest"] })).toMatchObject({
    count: 100,
  });
  expect(() => readSearchBody({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] })).toThrow(
    InvalidValue,
  );
});

test("the names of a search may be in any letter case", () => {
  const sent = {
    FILTER: "id pr",
    SortBy: "id",
    sortorder: "descending",
    startindex: 3,
    Count: 5,
    Attributes: ["id"],
  };
  expect(readSearchBody(sent)).toMatchObject({
    filter: "id pr",
    sortBy: "id",
    descending: true,
    start: { kind: "index", startIndex: 3 },
    count: 5,
    attributes: ["id"],
  });
});

test("with a cursor, a count that is no number is an invalid count", () => {
  expect(() => readListRequest({ cursor: "", count: "five" })).toThrow(InvalidCount);
});

test("a complex attribute is sorted by its value, an unknown one not at all", () => {
  const sorted = (sortBy: string) =>
    listQuery(userResource, readListRequest({ sortBy })).sort?.attribute.name;
  expect(sorted("emails")).toBe("emails.value");
  expect(() => sorted("password")).toThrow(InvalidValue);
  expect(() => sorted("__proto__")).toThrow(InvalidValue);
});
