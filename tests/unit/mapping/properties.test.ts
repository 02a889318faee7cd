import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { ExpressionInvalid, expressionCompiler } from "../../../src/mapping/expression/expression.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { mappingFile } from "../../../src/mapping/file/file.ts";
import { MappingInvalid } from "../../../src/mapping/file/problem.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
const DINGTALK_GROUP = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

const RICH =
  `${DEFAULT_MAPPING.replace("from: groups", "from: both\n  attributes: [{ path: [enterprise.division, enterprise.department] }, { path: user.path }]")}
tables: { levels: { a: b } }
trees: { t: { a: { name: A } } }
`.replace(
    "person:",
    `person:
  x1: user.emails.filter(e, e.primary).map(e, e.value)
  x2: 'groups.exists(g, g.displayName.startsWith("a")) ? user.name : user.title + user.nickName'
  x3: lookup("levels", user.title)
  x4: treePath("t", user.name).join("/")
  x5: splitName(user.displayName).family
  x6: user.a[0].b - 1`,
  );
const mappings = [DEFAULT_MAPPING, RICH].map((text) => compileMapping(text));

/** Documents with the names the rules read, holding anything. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as JsonValue); // fast-check's type of JSON is wider in name only
const names = [
  "displayName",
  "title",
  "name",
  "emails",
  "phoneNumbers",
  "addresses",
  "userName",
  "path",
  "a",
  "active",
  ENTERPRISE,
  DINGTALK,
  "constructor",
  "__proto__",
];
const value = fc.oneof(
  json,
  fc.array(fc.record({ type: fc.constantFrom("work", "mobile", ""), value: json, primary: json }), {
    maxLength: 3,
  }),
);
const document = fc
  .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 12 })
  .map((entries): JsonObject => Object.fromEntries(entries));
const groups = fc.array(fc.record({ id: fc.string(), displayName: fc.string() }), { maxLength: 4 });

test("any document gives a mapping, the same every time, made of values a plan can hold", () => {
  fc.assert(
    fc.property(document, groups, fc.constantFrom(...mappings), (user, theirGroups, mapping) => {
      const first = mapping.person({ user, groups: theirGroups });
      expect(mapping.person(JSON.parse(JSON.stringify({ user, groups: theirGroups })))).toEqual(first);
      for (const result of Object.values(first.attributes)) {
        const isList = Array.isArray(result) && result.every((text) => typeof text === "string");
        expect(isList || result === null || ["string", "number", "boolean"].includes(typeof result)).toBe(
          true,
        );
      }
      for (const path of first.departments) expect(mapping.isExternal(path)).toBe(first.external);
      expect(mapping.explain({ user, groups: theirGroups }).length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test("mapping changes nothing it is given", () => {
  fc.assert(
    fc.property(document, (user) => {
      const before = JSON.stringify(user);
      for (const mapping of mappings) mapping.person({ user, groups: [] });
      expect(JSON.stringify(user)).toBe(before);
    }),
  );
});

test("any group has a place or a reason, the same every time", () => {
  const group = fc
    .record({ id: fc.string(), displayName: json, [DINGTALK_GROUP]: json }, { requiredKeys: [] })
    .map((one) => one as JsonObject);
  const structures = ["path", "parent", "nested"].map((structure) =>
    compileMapping(`version: 1\ndepartments: { structure: ${structure} }`),
  );
  fc.assert(
    fc.property(
      group,
      fc.array(group, { maxLength: 4 }),
      fc.constantFrom(...structures),
      (one, ancestors, mapping) => {
        const placement = mapping.group({ group: one, ancestors });
        expect(mapping.group({ group: one, ancestors })).toEqual(placement);
        if (placement.kind === "department") expect(placement.path.length).toBeGreaterThan(0);
        if (placement.kind === "department")
          expect(placement.path.every((name) => name.trim() === name && name !== "")).toBe(true);
      },
    ),
  );
});

test("any text is a mapping file or a list of problems with places in it", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...RICH.split("\n")),
    fc.constantFrom("version: 1", "person:", "  a: {", "  - b", "c: |", "'", "&a *a", "departments: []"),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const text = lines.join("\n");
      try {
        compileMapping(text);
      } catch (error) {
        if (!(error instanceof MappingInvalid)) throw error;
        expect(error.problems.length).toBeGreaterThan(0);
        for (const problem of error.problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.line).toBeLessThanOrEqual(text.split("\n").length + 1);
          expect(problem.column).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("any expression is refused or ends", () => {
  const compile = expressionCompiler(mappingFile.parse({ version: 1 }), ["user", "groups"]);
  const part = fc.constantFrom(
    "user",
    ".",
    "title",
    "emails",
    "[",
    "]",
    "(",
    ")",
    "0",
    '"a"',
    "+",
    "==",
    "&&",
    "?",
    ":",
    "exists",
    "map",
    "e",
    ",",
    "e.x",
    "firstOf(",
    "groups",
    "!",
    "-",
    "in",
    "{",
    "}",
    " ",
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 14 }), document, (parts, user) => {
      try {
        compile(parts.join("")).evaluate({ user, groups: [] });
      } catch (error) {
        if (!(error instanceof ExpressionInvalid)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
