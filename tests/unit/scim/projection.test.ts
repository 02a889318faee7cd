import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { MAX_NAMES } from "../../../src/scim/answer/attribute-names.ts";
import { type ProjectionRequest, readProjection } from "../../../src/scim/answer/projection.ts";
import { InvalidValue } from "../../../src/scim/errors.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";
import { anyDocument } from "./arbitraries.ts";

const E = ENTERPRISE_SCHEMA;
const always = { schemas: [USER_SCHEMA, E], id: "1" };
const person: JsonObject = {
  ...always,
  userName: "mei",
  name: { givenName: "Mei", familyName: "Chan" },
  emails: [{ type: "work", value: "w" }, { value: "h" }],
  groups: [{ value: "g" }],
  meta: { version: 'W/"1"', created: "2026-01-01T00:00:00Z" },
  [E]: { department: "D", manager: { value: "m" } },
  "urn:example:2.0:User": { badge: 1 },
};
const without = (...names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(person).filter(([name]) => !names.includes(name)));

test.each<[string, ProjectionRequest, JsonObject]>([
  ["nothing asked: all", {}, person],
  ["empty text: all", { attributes: "", excludedAttributes: " , " }, person],
  ["one attribute", { attributes: "userName" }, { ...always, userName: "mei" }],
  [
    "any letter case, blanks",
    { attributes: " USERNAME , Name.GivenName" },
    { ...always, userName: "mei", name: { givenName: "Mei" } },
  ],
  ["a list, as in .search", { attributes: ["userName", "id"] }, { ...always, userName: "mei" }],
  [
    "the schema's URN before the name",
    { attributes: `${USER_SCHEMA}:userName` },
    { ...always, userName: "mei" },
  ],
  ["a part of each element", { attributes: "emails.type" }, { ...always, emails: [{ type: "work" }] }],
  [
    "the whole and a part: the whole",
    { attributes: "name.givenName,name" },
    { ...always, name: person.name! },
  ],
  ["a whole extension", { attributes: E }, { ...always, [E]: person[E]! }],
  [
    "a part of an extension",
    { attributes: `${E}:manager.value` },
    { ...always, [E]: { manager: { value: "m" } } },
  ],
  [
    "an unprefixed enterprise name",
    { attributes: "manager" },
    { ...always, [E]: { manager: { value: "m" } } },
  ],
  [
    "an extension without a schema",
    { attributes: "urn:example:2.0:User" },
    { ...always, "urn:example:2.0:User": { badge: 1 } },
  ],
  [
    "an attribute of an extension without a schema",
    { attributes: "urn:example:2.0:User:badge" },
    { ...always, "urn:example:2.0:User": { badge: 1 } },
  ],
  [
    "the core schema: all of it, and no extension",
    { attributes: USER_SCHEMA },
    without(E, "urn:example:2.0:User"),
  ],
  ["unknown and inherited names alone", { attributes: "nope,constructor,__proto__" }, always],
  ["without one", { excludedAttributes: "emails" }, without("emails")],
  [
    "without a part",
    { excludedAttributes: "name.familyName,meta.created" },
    { ...person, name: { givenName: "Mei" }, meta: { version: 'W/"1"' } },
  ],
  [
    "without a part of each element",
    { excludedAttributes: "emails.type" },
    { ...person, emails: [{ value: "w" }, { value: "h" }] },
  ],
  ["without the only part", { excludedAttributes: "groups.value" }, without("groups")],
  ["without an extension", { excludedAttributes: E.toUpperCase() }, without(E)],
  ["what is always returned stays", { excludedAttributes: "id,schemas" }, person],
  ["unknown names exclude nothing", { excludedAttributes: "nope" }, person],
  [
    "both: the one narrows the other",
    { attributes: "name,emails", excludedAttributes: "name.givenName" },
    { ...always, name: { familyName: "Chan" }, emails: person.emails! },
  ],
  ["a password is never there", { attributes: "password" }, always],
])("%s", (_name, request, expected) =>
  expect(readProjection(userResource, request).apply(person)).toEqual(expected),
);

test.each<[ProjectionRequest, boolean, boolean]>([
  [{}, true, true],
  [{ excludedAttributes: "members" }, false, false],
  [{ excludedAttributes: "MEMBERS,displayName" }, false, false],
  [{ excludedAttributes: "members.display" }, true, false],
  [{ attributes: "id,displayName" }, false, false],
  [{ attributes: "members.value" }, true, false],
  [{ attributes: "members", excludedAttributes: "members" }, false, false],
  [{ excludedAttributes: "nope" }, true, true],
])("%j: members wanted %s, all as it is %s", (request, members, whole) => {
  const projection = readProjection(groupResource, request);
  expect([projection.wants("members"), projection.whole]).toEqual([members, whole]);
  expect(projection.wants("id")).toBe(true);
});

test("too many names", () => {
  expect(() => readProjection(userResource, { attributes: "a,".repeat(MAX_NAMES + 1) })).toThrow(
    InvalidValue,
  );
});

test("asking for an attribute and leaving it out share nothing and lose nothing", () => {
  const names = userResource.attributes.all
    .filter((spec) => spec.returned === "default")
    .map((spec) => spec.name);
  fc.assert(
    fc.property(anyDocument(userResource), fc.subarray(names), (document, chosen) => {
      const list = [...chosen, "nope"].join(",");
      const asked = readProjection(userResource, { attributes: list }).apply(document);
      const left = readProjection(userResource, { excludedAttributes: list }).apply(document);
      expect({ ...asked, ...left }).toEqual(document);
      expect(Object.keys(asked).filter((name) => Object.hasOwn(left, name) && name !== "id")).toEqual([]);
    }),
  );
});

describe("brackets that are not closed take no time", () => {
  const brackets = "[".repeat(1_000_000);
  test.each<[string, ProjectionRequest]>([
    ["one text", { attributes: brackets }],
    ["quotes between them", { attributes: '["'.repeat(500_000) }],
    ["in a list", { attributes: [brackets, "emails"] }],
    ["excluded", { excludedAttributes: brackets }],
  ])("%s", (_name, request) => {
    const startedAt = performance.now();
    readProjection(userResource, request);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("a comma or a bracket in the text of a filter is part of it", () => {
    const { apply } = readProjection(userResource, {
      attributes: 'emails[value eq "a,b]\\",c"].type , userName',
    });
    expect(apply(person)).toEqual({ ...always, userName: "mei", emails: [{ type: "work" }] });
  });
});
