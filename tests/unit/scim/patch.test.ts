import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { InvalidFilter } from "../../../src/filter/errors.ts";
import {
  InvalidPath,
  InvalidSyntax,
  InvalidValue,
  Mutability,
  NoTarget,
  TooMany,
} from "../../../src/scim/errors.ts";
import type { Operation } from "../../../src/scim/patch/operation.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { MAX_OPERATIONS, readOperations } from "../../../src/scim/patch/read-operations.ts";
import { MAX_ELEMENTS } from "../../../src/scim/resource/values.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";

const E = ENTERPRISE_SCHEMA;
const FOREIGN = "urn:example:params:2.0:User";
const work = { type: "work", value: "w@x", primary: true };
const home = { type: "home", value: "h@x" };
const before: JsonObject = {
  schemas: [USER_SCHEMA, E],
  userName: "mei",
  active: true,
  title: "Clerk",
  name: { givenName: "Mei", familyName: "Chan" },
  emails: [work, home],
  [E]: { department: "Retail", manager: { value: "m1" } },
};
type Difference = Readonly<Record<string, JsonValue | undefined>>;

const patched = (...operations: Operation[]) => applyPatch(before, operations, userResource);
/** `before` with attributes set, or taken away where undefined; `schemas` follows. */
function after(difference: Difference): JsonObject {
  const next = Object.fromEntries(
    Object.entries({ ...before, ...difference }).filter(([, value]) => value !== undefined),
  ) as JsonObject;
  return { ...next, schemas: [USER_SCHEMA, ...Object.keys(next).filter((name) => name.startsWith("urn:"))] };
}

describe("operations and paths (RFC 7644 section 3.5.2)", () => {
  test.each<[string, Operation["op"], string | undefined, unknown, Difference]>([
    // a single value
    ["add sets", "add", "nickName", "M", { nickName: "M" }],
    ["add replaces a single value", "add", "title", "Boss", { title: "Boss" }],
    ["replace sets", "replace", "title", "Boss", { title: "Boss" }],
    ["replace of what is not there adds", "replace", "nickName", "M", { nickName: "M" }],
    ["remove unassigns", "remove", "title", undefined, { title: undefined }],
    ["remove of what is not there does nothing", "remove", "nickName", undefined, {}],
    ["null unassigns", "replace", "title", null, { title: undefined }],
    ["empty text unassigns", "add", "title", "", { title: undefined }],
    ["the path may name its schema", "replace", `${USER_SCHEMA}:title`, "Boss", { title: "Boss" }],
    ["the path may be in any letter case", "replace", "TITLE", "Boss", { title: "Boss" }],
    // a complex value
    [
      "add lays over a complex value",
      "add",
      "name",
      { givenName: "May" },
      { name: { givenName: "May", familyName: "Chan" } },
    ],
    [
      "replace lays over a complex value",
      "replace",
      "name",
      { familyName: "Li" },
      { name: { givenName: "Mei", familyName: "Li" } },
    ],
    [
      "null inside takes that part away",
      "replace",
      "name",
      { familyName: null },
      { name: { givenName: "Mei" } },
    ],
    [
      "a complex value goes with its last part",
      "replace",
      "name",
      { familyName: null, givenName: "" },
      { name: undefined },
    ],
    ["remove takes a complex value away", "remove", "name", undefined, { name: undefined }],
    [
      "a part alone is set",
      "replace",
      "name.givenName",
      "May",
      { name: { givenName: "May", familyName: "Chan" } },
    ],
    ["a part alone is removed", "remove", "name.givenName", undefined, { name: { familyName: "Chan" } }],
    [
      "a part of what is not there is added",
      "add",
      `${E}:manager.value`,
      "m2",
      { [E]: { department: "Retail", manager: { value: "m2" } } },
    ],
    // a list
    [
      "add appends",
      "add",
      "emails",
      [{ type: "other", value: "o@x" }],
      { emails: [work, home, { type: "other", value: "o@x" }] },
    ],
    ["add of what is there does nothing", "add", "emails", [home], {}],
    [
      "add brings the labels of the same value up to date",
      "add",
      "emails",
      [{ ...home, display: "At home" }],
      { emails: [work, { ...home, display: "At home" }] },
    ],
    ["add of nothing does nothing", "add", "emails", [], {}],
    [
      "add makes a list",
      "add",
      "phoneNumbers",
      [{ type: "work", value: "1" }],
      { phoneNumbers: [{ type: "work", value: "1" }] },
    ],
    [
      "a new primary takes the mark",
      "add",
      "emails",
      [{ type: "other", value: "o@x", primary: true }],
      { emails: [{ ...work, primary: false }, home, { type: "other", value: "o@x", primary: true }] },
    ],
    ["replace takes the whole list", "replace", "emails", [home], { emails: [home] }],
    ["replace with nothing unassigns", "replace", "emails", [], { emails: undefined }],
    ["remove unassigns the list", "remove", "emails", undefined, { emails: undefined }],
    ["remove with values takes those", "remove", "emails", [{ value: "h@x" }], { emails: [work] }],
    ["remove with bare values takes those", "remove", "emails", ["w@x"], { emails: [home] }],
    [
      "a sub-attribute of every element",
      "replace",
      "emails.display",
      "D",
      {
        emails: [
          { ...work, display: "D" },
          { ...home, display: "D" },
        ],
      },
    ],
    [
      "a part of a list that is not there makes the element",
      "replace",
      "phoneNumbers.value",
      "1",
      { phoneNumbers: [{ value: "1" }] },
    ],
    ["a label of a list that is not there says nothing", "add", "phoneNumbers.type", "fax", {}],
    // a list with a filter
    [
      "replace takes the matches",
      "replace",
      'emails[type eq "home"]',
      { type: "home", value: "n@x" },
      { emails: [work, { type: "home", value: "n@x" }] },
    ],
    [
      "replace keeps the label it was chosen by",
      "replace",
      'emails[type eq "home"]',
      { value: "n@x" },
      { emails: [work, { type: "home", value: "n@x" }] },
    ],
    [
      "add lays over the matches",
      "add",
      'emails[type eq "work"]',
      { display: "W" },
      { emails: [{ ...work, display: "W" }, home] },
    ],
    [
      "remove takes the matches away",
      "remove",
      'emails[type eq "home" or value ew "@y"]',
      undefined,
      { emails: [work] },
    ],
    ["remove of the last element unassigns", "remove", "emails[value pr]", undefined, { emails: undefined }],
    ["remove without match does nothing", "remove", 'emails[type eq "other"]', undefined, {}],
    [
      "add without match makes the element",
      "add",
      'emails[type eq "other"]',
      { value: "o@x" },
      { emails: [work, home, { type: "other", value: "o@x" }] },
    ],
    [
      "replace without match makes it too",
      "replace",
      'phoneNumbers[type eq "fax"]',
      { value: "1" },
      { phoneNumbers: [{ type: "fax", value: "1" }] },
    ],
    // a list with a filter and a sub-attribute
    [
      "a part of the matches",
      "replace",
      'emails[type eq "home"].value',
      "n@x",
      { emails: [work, { type: "home", value: "n@x" }] },
    ],
    [
      "a part of the matches by a wider filter",
      "replace",
      'emails[not (type eq "home") and value co "@"].display',
      "D",
      { emails: [{ ...work, display: "D" }, home] },
    ],
    [
      "a part of a new element",
      "add",
      'addresses[type eq "work"].country',
      "HK",
      { addresses: [{ type: "work", country: "HK" }] },
    ],
    [
      "a part of a new primary element",
      "add",
      "roles[primary eq true].value",
      "r",
      { roles: [{ primary: true, value: "r" }] },
    ],
    [
      "primary as Microsoft flattens it",
      "replace",
      'emails[primary eq "True"].value',
      "n@x",
      { emails: [{ ...work, value: "n@x" }, home] },
    ],
    [
      "the mark moves",
      "replace",
      'emails[type eq "home"].primary',
      true,
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      "remove of a part",
      "remove",
      "emails[primary eq true].primary",
      undefined,
      { emails: [{ type: "work", value: "w@x" }, home] },
    ],
    [
      "an element goes with its value",
      "remove",
      'emails[type eq "home"].value',
      undefined,
      { emails: [work] },
    ],
    ["an empty part of nothing makes nothing", "replace", 'phoneNumbers[type eq "fax"].value', "", {}],
    // extensions
    [
      "an attribute of an extension",
      "replace",
      `${E}:department`,
      "Wholesale",
      { [E]: { department: "Wholesale", manager: { value: "m1" } } },
    ],
    [
      "an extension goes with its last attribute",
      "replace",
      E,
      { department: null, manager: "" },
      { [E]: undefined },
    ],
    [
      "a whole extension is laid over",
      "add",
      E,
      { costCenter: "C" },
      { [E]: { department: "Retail", manager: { value: "m1" }, costCenter: "C" } },
    ],
    ["a whole extension is removed", "remove", E, undefined, { [E]: undefined }],
    ["the core schema as a path", "replace", USER_SCHEMA, { title: "Boss" }, { title: "Boss" }],
    [
      "an unknown extension is made",
      "add",
      `${FOREIGN}:badge`,
      { a: [1] },
      { [FOREIGN]: { badge: { a: [1] } } },
    ],
    ["an unknown extension as a whole", "replace", FOREIGN, { badge: "1" }, { [FOREIGN]: { badge: "1" } }],
    // without a path
    [
      "many names at once",
      "replace",
      undefined,
      { title: "Boss", "name.givenName": "May", 'emails[type eq "home"].value': "n@x", nope: 1 },
      {
        title: "Boss",
        name: { givenName: "May", familyName: "Chan" },
        emails: [work, { type: "home", value: "n@x" }],
      },
    ],
    [
      "names under URNs, flat and nested",
      "add",
      undefined,
      { [`${E}:department`]: "W", [E]: { costCenter: "C" } },
      { [E]: { department: "W", manager: { value: "m1" }, costCenter: "C" } },
    ],
    [
      "read-only names are passed over",
      "replace",
      undefined,
      { id: "x", meta: {}, groups: [], schemas: [], title: "Boss" },
      { title: "Boss" },
    ],
    [
      "add appends to lists",
      "add",
      undefined,
      { emails: [{ type: "other", value: "o@x" }] },
      { emails: [work, home, { type: "other", value: "o@x" }] },
    ],
    // what has no effect
    ["a password is taken and dropped", "replace", "password", "secret", {}],
    ["schemas follow from the content", "add", "schemas", ["urn:x"], {}],
    ["active is never unassigned", "remove", "active", undefined, {}],
    ["nor by null", "replace", "active", null, {}],
  ])("%s", (_name, op, path, value, difference) => {
    const result = patched({ op, ...(path === undefined ? {} : { path }), value });
    expect(result).toEqual(after(difference));
    expect(result === before).toBe(Object.keys(difference).length === 0);
  });
});

describe("refusals", () => {
  test.each<[string, Operation, new (message: string) => Error]>([
    ["remove without a path", { op: "remove", value: undefined }, NoTarget],
    ["no path and no object", { op: "add", value: "x" }, InvalidValue],
    ["an unknown attribute", { op: "add", path: "nope", value: "x" }, InvalidPath],
    ["an inherited name", { op: "add", path: "constructor", value: "x" }, InvalidPath],
    ["a prototype", { op: "add", path: "__proto__.polluted", value: "x" }, InvalidPath],
    [
      "a prototype below an unknown extension",
      { op: "add", path: `${FOREIGN}:__proto__`, value: { x: 1 } },
      InvalidPath,
    ],
    [
      "a constructor below an unknown extension",
      { op: "add", path: `${FOREIGN}:constructor`, value: { x: 1 } },
      InvalidPath,
    ],
    ["an unknown attribute of a known extension", { op: "add", path: `${E}:nope`, value: "x" }, InvalidPath],
    [
      "an unknown attribute of the core schema",
      { op: "add", path: `${USER_SCHEMA}:nope`, value: "x" },
      InvalidPath,
    ],
    ["an unknown sub-attribute", { op: "add", path: "name.nope", value: "x" }, InvalidPath],
    ["a third level", { op: "add", path: "name.givenName.x", value: "x" }, InvalidPath],
    [
      "an unknown sub-attribute behind brackets",
      { op: "add", path: 'emails[type eq "work"].nope', value: "x" },
      InvalidPath,
    ],
    ["brackets on a single value", { op: "add", path: 'name[givenName eq "x"]', value: {} }, InvalidPath],
    ["a broken filter", { op: "add", path: "emails[type eq", value: "x" }, InvalidFilter],
    [
      "a filter on an unknown attribute",
      { op: "remove", path: 'emails[nope eq "x"]', value: undefined },
      InvalidFilter,
    ],
    [
      "text after the path",
      { op: "remove", path: 'emails[type eq "x"].value y', value: undefined },
      InvalidFilter,
    ],
    ["a long path", { op: "remove", path: "x".repeat(3_000), value: undefined }, InvalidPath],
    ["the id", { op: "replace", path: "id", value: "x" }, Mutability],
    ["meta", { op: "remove", path: "meta.created", value: undefined }, Mutability],
    ["the groups of a person", { op: "add", path: "groups", value: [{ value: "g" }] }, Mutability],
    [
      "what follows from the manager",
      { op: "add", path: `${E}:manager.displayName`, value: "x" },
      InvalidPath,
    ],
    ["removing what is required", { op: "remove", path: "userName", value: undefined }, Mutability],
    ["emptying what is required", { op: "replace", path: "userName", value: "" }, InvalidValue],
    ["a value of the wrong type", { op: "replace", path: "title", value: true }, InvalidValue],
    [
      "replace of a value that is not there",
      { op: "replace", path: 'emails[value eq "z@x"]', value: { type: "home" } },
      NoTarget,
    ],
    [
      "replace at a part of it",
      { op: "replace", path: 'emails[value eq "z@x"].type', value: "home" },
      NoTarget,
    ],
    ["an element nothing is told of", { op: "add", path: 'emails[type co "x"].value', value: "z" }, NoTarget],
    [
      "two primaries in one value",
      {
        op: "add",
        path: "emails",
        value: [
          { value: "1", primary: true },
          { value: "2", primary: true },
        ],
      },
      InvalidValue,
    ],
    ["every element primary", { op: "replace", path: "emails.primary", value: true }, InvalidValue],
    ["an extension that is no object", { op: "replace", path: E, value: "x" }, InvalidValue],
  ])("%s", (_name, operation, error) => expect(() => patched(operation)).toThrow(error));

  test("nothing is done when one of many operations fails", () => {
    const copy = structuredClone(before);
    const operations: Operation[] = [
      { op: "replace", path: 'emails[type eq "work"].value', value: "n@x" },
      { op: "remove", path: E, value: undefined },
      { op: "replace", path: "nope", value: 1 },
    ];
    expect(() => patched(...operations)).toThrow(InvalidPath);
    expect(before).toEqual(copy);
  });

  test("the document is never altered, only answered anew", () => {
    const copy = structuredClone(before);
    patched(
      { op: "replace", path: 'emails[type eq "work"].value', value: "n@x" },
      { op: "add", path: `${E}:costCenter`, value: "C" },
    );
    expect(before).toEqual(copy);
  });
});

describe("bounds on the work of one request", () => {
  const mails = (count: number, of = "v") =>
    Array.from({ length: count }, (_, at) => ({ type: `t${at}`, value: `${of}${at}` }));
  const big: JsonObject = { ...before, emails: mails(MAX_ELEMENTS) };
  const terms = Array.from({ length: 45 }, (_, at) => `value ew "${at}x"`).join(" or ");
  test.each<[string, (at: number) => Operation]>([
    ["filters over long lists", () => ({ op: "remove", path: `emails[${terms}]`, value: undefined })],
    ["long lists added to long lists", (at) => ({ op: "add", path: "emails", value: mails(500, `w${at}-`) })],
    ["every element of a long list", (at) => ({ op: "replace", path: "emails.display", value: `d${at}` })],
    ["ever more unknown extensions", (at) => ({ op: "add", path: `urn:example:2.0:U${at}:a`, value: 1 })],
    ["ever more attributes of one", (at) => ({ op: "add", path: `${FOREIGN}:a${at}`, value: 1 })],
  ])("%s", (_name, operation) => {
    const operations = Array.from({ length: MAX_OPERATIONS }, (_, at) => operation(at));
    const before = process.cpuUsage();
    expect(() => applyPatch(big, operations, userResource)).toThrow(/too many|more than/);
    // Processor time, as the machine may be busy. Without the bound it is tens of seconds.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });

  test("a list ends at its limit", () => {
    expect(() =>
      applyPatch(big, [{ op: "add", path: "emails", value: { value: "one more" } }], userResource),
    ).toThrow(TooMany);
    expect(() => patched({ op: "replace", path: "emails", value: mails(MAX_ELEMENTS + 1) })).toThrow(TooMany);
  });

  test("a thousand plain operations are fine", () => {
    const operations = Array.from(
      { length: MAX_OPERATIONS },
      (_, at): Operation => ({ op: "replace", path: 'emails[type eq "work"].value', value: `w${at}` }),
    );
    expect(patched(...operations)).toEqual(after({ emails: [{ ...work, value: "w999" }, home] }));
  });
});

describe("the message", () => {
  const one = { op: "Replace", path: "title", value: "x" };
  test.each<[string, JsonObject, readonly Operation[]]>([
    [
      "names in any letter case",
      { operations: [{ OP: "REPLACE", Path: "title", VALUE: "x" }] },
      [{ op: "replace", path: "title", value: "x" }],
    ],
    [
      "an empty path is none",
      { Operations: [{ op: "add", path: "", value: {} }] },
      [{ op: "add", value: {} }],
    ],
    ["an empty list of operations", { Operations: [] }, []],
    ["no schemas", { Operations: [one] }, [{ op: "replace", path: "title", value: "x" }]],
    [
      "its schema in any letter case",
      { schemas: ["URN:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [one] },
      [{ op: "replace", path: "title", value: "x" }],
    ],
  ])("%s", (_name, body, expected) => expect(readOperations(body)).toEqual(expected));

  test.each<[string, JsonObject, new (message: string) => Error]>([
    ["no operations", {}, InvalidSyntax],
    ["no list of them", { Operations: "none" }, InvalidSyntax],
    ["an operation that is none", { Operations: ["add"] }, InvalidSyntax],
    ["a name of an operation in two spellings", { Operations: [{ ...one, Value: "other" }] }, InvalidSyntax],
    ["two lists of operations", { Operations: [one], operations: [] }, InvalidSyntax],
    ["an unknown operation", { Operations: [{ ...one, op: "move" }] }, InvalidSyntax],
    ["a path that is no text", { Operations: [{ ...one, path: 5 }] }, InvalidPath],
    ["add without a value", { Operations: [{ op: "add", path: "title" }] }, InvalidValue],
    ["another message's schema", { schemas: [USER_SCHEMA], Operations: [one] }, InvalidValue],
    [
      "one operation too many",
      { Operations: Array.from({ length: MAX_OPERATIONS + 1 }, () => one) },
      TooMany,
    ],
  ])("refused: %s", (_name, body, error) => expect(() => readOperations(body)).toThrow(error));
});
