import { parseQuery } from "../../../src/filter/parse.ts";
import { readBulkRequest } from "../../../src/scim/bulk/request.ts";
import { renderScimError } from "../../../src/scim/errors.ts";
import { filterTable } from "../../../src/scim/filter.ts";
import { listQuery } from "../../../src/scim/list-request.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readOperations } from "../../../src/scim/patch/read-operations.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";

/* What a client reads of its mistake: which attribute, operation or id it was, and never a value. */

const detailOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return renderScimError(error).body.detail;
  }
  throw new Error("nothing was refused");
};
const patch = (...operations: readonly unknown[]) =>
  applyPatch({ userName: "a" }, readOperations({ Operations: operations }), userResource);
const filter = (text: string) => parseQuery(text, filterTable(userResource));
const operation = (bulkId: string) => ({ method: "POST", path: "/Users", bulkId, data: {} });

test.each<[string, () => unknown, string]>([
  [
    "an unknown path",
    () => patch({ op: "add", path: "titel", value: "x" }),
    'path: no such attribute "titel"',
  ],
  [
    "an unknown part",
    () => patch({ op: "add", path: 'emails[type eq "work"].adress', value: "x" }),
    'emails has no such sub-attribute "adress"',
  ],
  [
    "an operation without a value",
    () => patch({ op: "add", path: "title", value: "x" }, { op: "add", path: "title" }),
    "operation 2: add needs a value",
  ],
  ["an operation of another kind", () => patch({ op: "copy" }), "operation 1: op must be"],
  [
    "a name given twice",
    () => patch({ op: "add", value: { title: "a", TITLE: "b" } }),
    'given twice in one value "TITLE"',
  ],
  ["an unknown attribute of a filter", () => filter('titel eq "x"'), 'filter: unknown attribute "titel"'],
  ["an unknown operator", () => filter('title is "x"'), 'title is followed by an unknown operator "is"'],
  [
    "an unknown order",
    () => listQuery(userResource, { sortBy: "titel", descending: false, start: 1, count: 1 } as never),
    'there is none "titel"',
  ],
  [
    "an extension in two spellings",
    () => readUser({ userName: "a", "urn:x:1.0:Y": { a: 1 }, "urn:X:1.0:Y": { b: 1 } }),
    'an extension is given twice "urn:X:1.0:Y"',
  ],
  [
    "an attribute of one in two spellings",
    () => readUser({ userName: "a", "urn:x:1.0:Y": { badge: 1, BADGE: 2 } }),
    'given twice "BADGE"',
  ],
])("%s is named", (_name, act, expected) => expect(detailOf(act)).toContain(expected));

test("a bulkId that is given twice is named, in the answer to its operation", () => {
  const [, second] = readBulkRequest({ Operations: [operation("a"), operation("a")] }).operations;
  expect(
    detailOf(() => {
      throw (second as { problem: Error }).problem;
    }),
  ).toBe('a bulkId must be given to one operation only "a"');
});

test.each([
  ["an address", () => patch({ op: "add", path: "ann@example.com", value: "x" })],
  ["a name of a person", () => filter('張小明 eq "x"')],
  ["something long", () => patch({ op: "add", path: "a".repeat(200), value: "x" })],
])("%s is not repeated", (_name, act) => expect(detailOf(act)).not.toMatch(/ann@|張|aaa/));
