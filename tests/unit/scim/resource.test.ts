import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { AppError } from "../../../src/core/errors.ts";
import { InvalidSyntax, InvalidValue } from "../../../src/scim/errors.ts";
import { checkedBody } from "../../../src/scim/json.ts";
import { FOREIGN_LIMITS } from "../../../src/scim/resource/foreign.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import { DINGTALK_USER_SCHEMA } from "../../../src/scim/schema/dingtalk.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { GROUP_SCHEMA } from "../../../src/scim/schema/group.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";
import { anyDocument } from "./arbitraries.ts";

const user = (more: JsonObject, current?: JsonObject) =>
  readUser(checkedBody({ userName: "mei", ...more }), current).document;
const rest = (more: JsonObject) => {
  const { schemas: _schemas, userName: _userName, active: _active, ...others } = user(more);
  return others;
};

describe("what is stored of what was sent", () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      "names in any letter case",
      { DISPLAYNAME: "Mei", Name: { GIVENNAME: "M" } },
      { displayName: "Mei", name: { givenName: "M" } },
    ],
    [
      "values to the letter",
      { title: "  Straße ", phoneNumbers: [{ value: "+852 (91) 23-45" }] },
      { title: "  Straße ", phoneNumbers: [{ value: "+852 (91) 23-45" }] },
    ],
    [
      "nothing read-only",
      { id: "x", meta: { version: "9" }, groups: [{ value: "g" }], schemas: [USER_SCHEMA, "urn:x"] },
      {},
    ],
    ["no password", { password: "t1meMa$heen" }, {}],
    [
      "nothing unknown",
      { nope: 1, toString: "x", valueOf: { a: 1 }, name: { nope: 1, givenName: "M" } },
      { name: { givenName: "M" } },
    ],
    [
      "nothing unassigned",
      { title: "", nickName: null, emails: [], name: { givenName: "" }, photos: [{ value: null }] },
      {},
    ],
    [
      "an element without its value",
      {
        emails: [
          { type: "work", value: "" },
          { type: "home", value: "h" },
        ],
      },
      { emails: [{ type: "home", value: "h" }] },
    ],
    [
      "truth as a word",
      { emails: [{ value: "a", primary: "True" }] },
      { emails: [{ value: "a", primary: true }] },
    ],
    [
      "one value without its list",
      { emails: { value: "a" }, roles: "admin" },
      { emails: [{ value: "a" }], roles: [{ value: "admin" }] },
    ],
    [
      "a list of one for a single value",
      { title: ["Boss"], name: [{ givenName: "M" }] },
      { title: "Boss", name: { givenName: "M" } },
    ],
    [
      "types beyond the canonical ones",
      { emails: [{ value: "a", type: "烦" }] },
      { emails: [{ value: "a", type: "烦" }] },
    ],
    [
      "both alphabets of base64",
      { x509Certificates: [{ value: "aA+/=" }, { value: "aA-_" }] },
      { x509Certificates: [{ value: "aA+/=" }, { value: "aA-_" }] },
    ],
    ["an empty extension as none", { [ENTERPRISE_SCHEMA]: { department: null } }, {}],
    [
      "a manager by any form",
      { [ENTERPRISE_SCHEMA]: { manager: "m" } },
      { [ENTERPRISE_SCHEMA]: { manager: { value: "m" } } },
    ],
    [
      "a manager without what follows from it",
      { [ENTERPRISE_SCHEMA]: { manager: { value: "m", displayName: "M", $ref: "../m" } } },
      { [ENTERPRISE_SCHEMA]: { manager: { value: "m" } } },
    ],
    [
      "an extension's URN in any letter case",
      { [ENTERPRISE_SCHEMA.toUpperCase()]: { Department: "D" } },
      { [ENTERPRISE_SCHEMA]: { department: "D" } },
    ],
    [
      "our own extension",
      {
        [DINGTALK_USER_SCHEMA]: {
          seniorMode: "true",
          customFields: [{ name: "Cost centre", value: "4711" }],
        },
      },
      {
        [DINGTALK_USER_SCHEMA]: { seniorMode: true, customFields: [{ name: "Cost centre", value: "4711" }] },
      },
    ],
    [
      "an unknown extension, untouched",
      { "urn:example:2.0:User": { Badge: [null, "", { a: 1 }] } },
      { "urn:example:2.0:User": { Badge: [null, "", { a: 1 }] } },
    ],
    [
      "attributes under the URN of their schema, together and one by one",
      {
        [`${ENTERPRISE_SCHEMA}:manager`]: { value: "x" },
        [`${USER_SCHEMA}:name`]: { givenName: "Mei" },
        [USER_SCHEMA]: { title: "x" },
      },
      { [ENTERPRISE_SCHEMA]: { manager: { value: "x" } }, name: { givenName: "Mei" }, title: "x" },
    ],
    [
      "no extension of an unknown name below a schema of ours",
      { [`${ENTERPRISE_SCHEMA}:nope`]: { value: "x" } },
      {},
    ],
    [
      "no unknown extension without an object",
      { "urn:example:2.0:User": "x", "urn:example:2.0:Other": {} },
      {},
    ],
  ])("%s", (_name, sent, stored) => expect(rest(sent)).toEqual(stored));

  test("schemas lists what is there, whatever was claimed", () => {
    const document = user({
      schemas: [ENTERPRISE_SCHEMA],
      "urn:example:2.0:User": { a: 1 },
      [ENTERPRISE_SCHEMA]: { division: "R" },
    });
    expect(document.schemas).toEqual([USER_SCHEMA, "urn:example:2.0:User", ENTERPRISE_SCHEMA]);
  });

  test.each<[string, JsonObject, JsonObject | undefined, boolean]>([
    ["a new user is active", {}, undefined, true],
    ["a new user may come inactive", { active: "False" }, undefined, false],
    ["a replacement that leaves it out keeps a leaver out", {}, { active: false }, false],
    ["a replacement that unassigns it keeps it too", { active: null }, { active: false }, false],
    ["a replacement may bring somebody back", { active: true }, { active: false }, true],
  ])("%s", (_name, sent, current, expected) => expect(user(sent, current).active).toBe(expected));
});

describe("what is refused names the attribute", () => {
  test.each<[string, JsonObject, string]>([
    ["a missing user name", { userName: null }, "userName is required"],
    ["an empty user name", { userName: "" }, "userName is required"],
    ["a fraction as text", { title: 1.5 }, "title must be a string"],
    ["a number as text whose last digits are lost", { externalId: 2 ** 53 }, "externalId must be a string"],
    ["an object as text", { title: { a: 1 } }, "title must be a string"],
    ["two values for one", { title: ["a", "b"] }, "title must be a string"],
    ["text as truth", { active: "yes" }, "active must be true or false"],
    ["text as object", { name: "Mei" }, "name must be an object"],
    ["true in a list", { emails: [true] }, "emails must be an object"],
    [
      "two primary values",
      {
        emails: [
          { value: "a", primary: true },
          { value: "b", primary: true },
        ],
      },
      "emails must not have more than one primary value",
    ],
    ["a long text", { title: "x".repeat(4_097) }, "title must not be longer than 4096 characters"],
    ["a long indexed text", { userName: "x".repeat(513) }, "userName must not be longer than 512 characters"],
    ["a text that folding makes too long", { userName: "ﷺ".repeat(200) }, "userName is too long"],
    [
      "a certificate that is none",
      { x509Certificates: [{ value: "<>" }] },
      "x509Certificates.value must be base64",
    ],
    [
      "an extension that is no object",
      { [ENTERPRISE_SCHEMA]: "x" },
      `${ENTERPRISE_SCHEMA} must be an object`,
    ],
    [
      "a sub-attribute of an extension",
      { [ENTERPRISE_SCHEMA]: { manager: { value: true } } },
      `${ENTERPRISE_SCHEMA}:manager.value must be a string`,
    ],
  ])("%s", (_name, sent, message) => {
    expect(() => user(sent)).toThrow(InvalidValue);
    expect(() => user(sent)).toThrow(message);
  });

  test("one attribute under two spellings", () =>
    expect(() => user({ title: "a", TITLE: "b" })).toThrow(InvalidSyntax));

  test("too many unknown extensions, and too large ones", () => {
    const many = Object.fromEntries(
      Array.from({ length: FOREIGN_LIMITS.extensions + 1 }, (_, at) => [`urn:example:${at}`, { a: 1 }]),
    );
    expect(() => user(many)).toThrow(InvalidValue);
    const wide = Object.fromEntries(
      Array.from({ length: FOREIGN_LIMITS.attributes + 1 }, (_, at) => [`a${at}`, 1]),
    );
    expect(() => user({ "urn:example:1": wide })).toThrow(InvalidValue);
    expect(() => user({ "urn:example:1": { a: "x".repeat(FOREIGN_LIMITS.characters) } })).toThrow(
      InvalidValue,
    );
  });
});

test("columns hold the values as they were written", () => {
  const body = {
    userName: "Mei",
    displayName: "M",
    externalId: "E",
    emails: [
      { value: "h@x", type: "home" },
      { value: "W@x", type: "Work" },
      { display: "none", type: "work" },
    ],
    [ENTERPRISE_SCHEMA]: { employeeNumber: "7", manager: "m" },
  };
  expect(readUser(body).columns).toEqual({
    userName: "Mei",
    active: true,
    displayName: "M",
    externalId: "E",
    employeeNumber: "7",
    managerRef: "m",
    emails: ["h@x", "W@x"],
  });
});

describe("groups", () => {
  test.each<[string, unknown, readonly string[] | undefined]>([
    ["not mentioned", undefined, undefined],
    ["null", null, undefined],
    ["an empty list", [], []],
    ["objects", [{ value: "a", type: "User", $ref: null }, { VALUE: "b" }], ["a", "b"]],
    ["bare ids", ["a", "b"], ["a", "b"]],
    ["one without a list", { value: "a" }, ["a"]],
    ["one twice", ["a", { value: "a" }], ["a"]],
  ])("members: %s", (_name, members, expected) => {
    const { content, members: ids } = readGroup({
      displayName: "A",
      ...(members === undefined ? {} : { members }),
    });
    expect(ids).toEqual(expected);
    expect(content).toEqual({
      document: { schemas: [GROUP_SCHEMA], displayName: "A" },
      columns: { displayName: "A" },
    });
  });

  test.each<[string, JsonObject]>([
    ["no name", { members: [] }],
    ["a member without id", { displayName: "A", members: [{ display: "x" }] }],
    ["a member that is a number", { displayName: "A", members: [5] }],
    ["a member with an endless id", { displayName: "A", members: ["x".repeat(513)] }],
  ])("refused: %s", (_name, body) => expect(() => readGroup(body)).toThrow(InvalidValue));
});

describe("properties", () => {
  test("what was sent comes back, and reading it again changes nothing", () => {
    fc.assert(
      fc.property(anyDocument(userResource), (sent) => {
        const { document } = readUser(checkedBody(sent));
        const { schemas, ...others } = document;
        expect(others).toEqual({ ...sent, active: sent.active ?? true });
        expect(readUser(checkedBody(document)).document).toEqual(document);
        expect(schemas).toEqual([
          USER_SCHEMA,
          ...Object.keys(sent).filter((name) => name.startsWith("urn:")),
        ]);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(anyDocument(groupResource), (sent) => {
        const { schemas: _schemas, ...others } = readGroup(checkedBody(sent)).content.document;
        expect(others).toEqual(sent);
      }),
    );
  });

  test("any body is read or refused by name, and never alters a prototype", () => {
    const names = fc.constantFrom(
      "userName",
      "emails",
      "name",
      "active",
      "schemas",
      "meta",
      "members",
      ENTERPRISE_SCHEMA,
      "urn:x:y",
      "hasOwnProperty",
      "nope",
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, "", "x", 1, true, "True", "\ud800"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(
          fc.oneof(names, fc.constantFrom("value", "type", "primary", "__proto__", "constructor")),
          tie("value"),
          {
            maxKeys: 4,
          },
        ),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 6 }), (body) => {
        for (const read of [() => readUser(checkedBody(body)), () => readGroup(checkedBody(body))]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
