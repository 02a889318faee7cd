import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { InvalidSyntax, InvalidValue } from "../../../src/scim/errors.ts";
import { checkedBody } from "../../../src/scim/json.ts";
import { groupPatch } from "../../../src/scim/patch/group.ts";
import type { Operation } from "../../../src/scim/patch/operation.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readGroup, readUser } from "../../../src/scim/resource/resource.ts";
import { DINGTALK_USER_SCHEMA } from "../../../src/scim/schema/dingtalk.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { GROUP_SCHEMA } from "../../../src/scim/schema/group.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";
import { WORKDAY_SCHEMA } from "../../../src/scim/schema/workday.ts";

/* One value in every way a request can bring it: what it means must not depend on the way. */

const E = ENTERPRISE_SCHEMA;
const before: JsonObject = {
  schemas: [USER_SCHEMA, E],
  userName: "mei",
  active: true,
  title: "Clerk",
  name: { givenName: "Mei", familyName: "Chan" },
  phoneNumbers: [{ type: "mobile", value: "+852 6111 1111" }],
  emails: [{ type: "work", value: "a@example.com" }],
  [E]: { department: "Retail", manager: { value: "m1" } },
};

const stored = (body: JsonObject): JsonObject => readUser(checkedBody({ userName: "mei", ...body })).document;
const patched = (...operations: Operation[]): JsonObject => applyPatch(before, operations, userResource);

type Way = (name: string, value: unknown) => JsonObject;
/** `name`: of an attribute, with the URN of its extension. */
const bodyOf = (name: string, value: unknown): JsonObject => {
  const colon = name.lastIndexOf(":");
  return (
    colon < 0 ? { [name]: value } : { [name.slice(0, colon)]: { [name.slice(colon + 1)]: value } }
  ) as JsonObject;
};
const WAYS: readonly (readonly [string, Way])[] = [
  ["a body", (name, value) => stored(bodyOf(name, value))],
  ["add", (path, value) => patched({ op: "add", path, value })],
  ["replace", (path, value) => patched({ op: "replace", path, value })],
  ["replace without path", (name, value) => patched({ op: "replace", value: { [name]: value } })],
  ["add without path, nested", (name, value) => patched({ op: "add", value: bodyOf(name, value) })],
];
const inEveryWay = WAYS.map(([way, apply]) => [way, apply] as const);

describe.each(inEveryWay)("of which nothing is understood is refused: in %s", (_way, apply) => {
  test.each<[string, unknown]>([
    ["phoneNumbers", [{ number: "+86 139 0000 0000", type: "mobile" }]],
    ["emails", { emails: [{ value: "new@example.com" }] }],
    ["emails", [{ email: "x@example.com" }]],
    ["emails", [{ value: "new@example.com" }, { address: "x@example.com" }]],
    ["addresses", [{ type: "work", street: "1 Queen's Road" }]],
    ["photos", [{ url: "https://example.com/a.png", primary: true }]],
    ["roles", [{ role: "Admin" }]],
    ["x509Certificates", [{ certificate: "AAAA" }]],
    ["name", { first: "May", last: "Li" }],
    ["name", { givenName: null, first: "May" }],
    ["title", { $ref: "Boss" }],
    ["title", [{ $ref: "Boss" }]],
    ["active", { $ref: "no" }],
    [`${E}:manager`, { id: "m2" }],
    [`${E}:manager`, { $ref: "Chan" }],
    [`${E}:manager`, [{ managerName: "m2" }]],
    [`${E}:costCenter`, { $ref: "4711" }],
    [`${DINGTALK_USER_SCHEMA}:customFields`, [{ key: "Cost centre" }]],
    [`${DINGTALK_USER_SCHEMA}:seniorMode`, { $ref: "true" }],
    [`${WORKDAY_SCHEMA}:supervisoryOrganization`, { code: "S1" }],
  ])("%s as %j", (name, value) => expect(() => apply(name, value)).toThrow(InvalidValue));
});

describe.each(inEveryWay)(
  "what is understood is taken, names beside it are passed over: in %s",
  (_way, apply) => {
    test.each<[string, unknown, JsonValue]>([
      ["phoneNumbers", [{ value: "1", number: "2", type: "fax" }], [{ value: "1", type: "fax" }]],
      ["nickName", { $ref: null, value: "M" }, "M"],
      [`${E}:costCenter`, ["4711"], "4711"],
    ])("%s as %j", (name, value, expected) => {
      const colon = name.lastIndexOf(":");
      const result = apply(name, value);
      const holder = (colon < 0 ? result : result[name.slice(0, colon)]) as JsonObject;
      const found = holder[name.slice(colon + 1)];
      expect(Array.isArray(expected) ? (found as JsonValue[]).slice(-1) : found).toEqual(expected);
    });
  },
);

describe.each(inEveryWay)("what is sent empty is unassigned: in %s", (_way, apply) => {
  test.each<[string, unknown]>([
    ["nickName", null],
    ["nickName", ""],
    ["nickName", []],
    ["nickName", {}],
    ["photos", []],
    ["photos", null],
    ["photos", [{ url: "", type: "photo" }]],
    ["photos", [{ value: null, url: null }]],
    ["name", { first: null }],
    [`${E}:costCenter`, ""],
    [`${DINGTALK_USER_SCHEMA}:customFields`, [{}]],
  ])("%s as %j", (name, value) => {
    const result = apply(name, value);
    expect(
      result.nickName ?? result.photos ?? (result[E] as JsonObject | undefined)?.costCenter,
    ).toBeUndefined();
  });
});

test.each<[string, () => unknown]>([
  ["an extension in a body", () => stored({ [E]: { emplNumber: "7" } })],
  ["an extension in a path", () => patched({ op: "replace", path: E, value: { emplNumber: "7" } })],
  ["an extension without path", () => patched({ op: "add", value: { [E]: { emplNumber: "7" } } })],
  ["the core schema in a body", () => stored({ [USER_SCHEMA]: { titel: "x" } })],
  ["the core schema in a path", () => patched({ op: "add", path: USER_SCHEMA, value: { titel: "x" } })],
  [
    "all of an operation without path",
    () => patched({ op: "replace", value: { telephone: "+852 6222 2222" } }),
  ],
  [
    "an element chosen by its type",
    () => patched({ op: "replace", path: 'emails[type eq "work"]', value: { address: "n@example.com" } }),
  ],
  [
    "a new element by its type",
    () => patched({ op: "add", path: 'phoneNumbers[type eq "fax"]', value: { number: "1" } }),
  ],
  [
    "a group's extension",
    () =>
      readGroup({
        displayName: "A",
        "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group": { x: 1 },
      }),
  ],
  ["a group's name", () => readGroup({ displayName: { name: "A" } })],
])("nothing understood is refused for %s", (_name, act) => expect(act).toThrow(InvalidValue));

test.each<[string, Operation["op"], unknown]>([
  ["only read-only names", "replace", { id: "x", meta: { version: "1" } }],
  ["an empty object", "add", {}],
  ["unknown names sent empty", "add", { nope: null, other: [] }],
])("an operation without path that brings %s changes nothing", (_name, op, value) =>
  expect(patched({ op, value })).toBe(before),
);

describe("JSON as text (an attribute mapping yields text)", () => {
  test.each(inEveryWay)("is read where an object or a list belongs: in %s", (_way, apply) => {
    expect(apply("name", '{"givenName":"May","familyName":"Li"}').name).toEqual({
      givenName: "May",
      familyName: "Li",
    });
    expect(
      (apply("emails", '[{"value":"b@example.com","type":"work"}]').emails as JsonValue[]).at(-1),
    ).toEqual({
      value: "b@example.com",
      type: "work",
    });
    expect((apply("emails", ' {"value":"b@example.com"}').emails as JsonValue[]).at(-1)).toEqual({
      value: "b@example.com",
    });
    expect((apply("emails", ['{"value":"b@example.com"}']).emails as JsonValue[]).at(-1)).toEqual({
      value: "b@example.com",
    });
    expect((apply(`${E}:manager`, '{"value":"m2"}')[E] as JsonObject).manager).toEqual({ value: "m2" });
  });

  test("at a value path it stands for the element", () => {
    const path = 'emails[value eq "a@example.com"]';
    expect(patched({ op: "replace", path, value: '{"value":"b@example.com"}' }).emails).toEqual([
      { value: "b@example.com" },
    ]);
  });

  test("for a schema, a resource and members as well", () => {
    expect(stored({ [E]: '{"costCenter":"4711"}' } as JsonObject)[E]).toEqual({ costCenter: "4711" });
    expect(patched({ op: "replace", value: '{"title":"Boss"}' }).title).toBe("Boss");
    expect(patched({ op: "add", path: E, value: '{"costCenter":"4711"}' })[E]).toMatchObject({
      costCenter: "4711",
    });
    expect(readGroup({ displayName: "A", members: '[{"value":"p1"},"p2"]' }).members).toEqual(["p1", "p2"]);
    const removed = groupPatch([{ op: "remove", path: "members", value: '{"value":"p1"}' }], {
      allowRemoveAllMembers: false,
    });
    expect(removed.members).toEqual({ kind: "delta", add: [], remove: ["p1"] });
  });

  test.each(inEveryWay)("that cannot be read is refused, not stored: in %s", (_way, apply) => {
    for (const text of [
      '{"value":"b@example.com"',
      "[not json]",
      '{"__proto__":{"value":"x"}}',
      `${"[".repeat(40)}${"]".repeat(40)}`,
    ]) {
      expect(() => apply("emails", text)).toThrow(/^\S*emails.*(JSON|not allowed|nested)/);
      expect(() => apply("emails", [text])).toThrow(/^\S*emails.*(JSON|not allowed|nested)/);
    }
    expect(() => apply("name", "[1,2]")).toThrow(InvalidValue);
    expect(() => apply("emails", "[".repeat(500_000))).toThrow(/emails: .*too large or too deep/);
    expect(() => apply(`${E}:manager`, "{not json")).toThrow(/manager: .*not valid JSON/);
  });

  test.each(inEveryWay)(
    "stays text where text belongs, and in roles and entitlements: in %s",
    (_way, apply) => {
      const json = '{"id":"1","value":"Admin"}';
      expect(apply("nickName", json).nickName).toBe(json);
      expect(apply("roles", [json]).roles).toEqual([{ value: json }]);
      expect(apply("roles", json).roles).toEqual([{ value: json }]);
      expect(apply("entitlements", [{ value: json }]).entitlements).toEqual([{ value: json }]);
      expect(apply("entitlements", "[x").entitlements).toEqual([{ value: "[x" }]);
    },
  );
});

describe("names nobody can see are no names", () => {
  const invisible = [
    "   ",
    "\t\n",
    "\u3000",
    "\u200b\u200d",
    "\ufeff",
    "\u00ad \u2060",
    "\u3164",
    "\u2800",
    "\u202e\u202c",
  ];
  test.each(invisible)("%j", (blank) => {
    expect(() => readUser({ userName: blank })).toThrow(InvalidValue);
    expect(() => readGroup({ displayName: blank })).toThrow(InvalidValue);
    expect(() => patched({ op: "replace", path: "userName", value: blank })).toThrow(InvalidValue);
    expect(() => patched({ op: "add", value: { userName: [blank] } })).toThrow(InvalidValue);
    const group = { schemas: [GROUP_SCHEMA], displayName: "A" };
    expect(() =>
      applyPatch(group, [{ op: "replace", path: "displayName", value: blank }], groupResource),
    ).toThrow(InvalidValue);
  });

  test.each([" a ", "。", "😀", "烦", "\u202e梅"])("%j is one, and kept as it came", (name) => {
    expect(readUser({ userName: name }).document.userName).toBe(name);
    expect(readGroup({ displayName: name }).content.document.displayName).toBe(name);
  });

  test("attributes that are not required may be blank", () =>
    expect(stored({ displayName: "  " }).displayName).toBe("  "));
});

describe("what a body says that it is", () => {
  const read = {
    User: (schemas: unknown) => readUser({ userName: "mei", schemas }),
    Group: (schemas: unknown) => readGroup({ displayName: "A", schemas }),
  };
  test.each<["User" | "Group", unknown]>([
    ["User", USER_SCHEMA],
    ["User", 5],
    ["User", { 0: USER_SCHEMA }],
    ["User", [5]],
    ["User", [USER_SCHEMA, null]],
    ["User", [GROUP_SCHEMA]],
    ["Group", [USER_SCHEMA]],
    ["Group", [E]],
    ["User", ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]],
    ["User", ["urn:scim:schemas:core:2.0:Group"]],
    ["Group", ["urn:scim:schemas:extension:enterprise:2.0"]],
    ["User", ["urn:ietf:params:scim:schemas:core:2.0:PatchOp"]],
    ["User", [`${USER_SCHEMA}:title`]],
  ])("a %s with schemas %j is refused", (kind, schemas) =>
    expect(() => read[kind](schemas)).toThrow(InvalidValue),
  );

  test.each<["User" | "Group", unknown]>([
    ["User", undefined],
    ["User", null],
    ["User", []],
    ["User", [USER_SCHEMA.toUpperCase()]],
    ["User", [E]],
    ["User", ["urn:scim:schemas:core:1.0"]],
    ["User", ["urn:ietf:params:scim:schemas:core:2.0"]],
    ["Group", ["URN:scim:schemas:core:2.0:group"]],
    ["Group", [GROUP_SCHEMA, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]],
  ])("a %s with schemas %j is taken", (kind, schemas) => expect(() => read[kind](schemas)).not.toThrow());
});

describe("values under the URN of their schema", () => {
  test("in a body, whole or by name", () => {
    expect(stored({ [USER_SCHEMA]: { title: "Boss", emails: [{ value: "b@example.com" }] } })).toMatchObject({
      title: "Boss",
      emails: [{ value: "b@example.com" }],
    });
    expect(stored({ [`${E.toUpperCase()}:DEPARTMENT`]: "Sales", [E]: { costCenter: "1" } })[E]).toEqual({
      department: "Sales",
      costCenter: "1",
    });
    expect(stored({ [`${USER_SCHEMA}:name.givenName`]: "May" }).name).toEqual({ givenName: "May" });
    expect(readGroup({ [GROUP_SCHEMA]: { displayName: "A", members: ["p1"] } })).toMatchObject({
      content: { columns: { displayName: "A" } },
      members: ["p1"],
    });
  });

  test("twice is once too often", () => {
    expect(() => stored({ title: "a", [USER_SCHEMA]: { title: "b" } })).toThrow(InvalidSyntax);
    expect(() => stored({ [`${E}:department`]: "a", [E]: { department: "b" } })).toThrow(InvalidSyntax);
    expect(() => readGroup({ displayName: "A", members: [], [GROUP_SCHEMA]: { members: ["p1"] } })).toThrow(
      InvalidSyntax,
    );
  });
});

describe("base64", () => {
  test.each(["QUJD", "QUJDRA==", "QUI=\r\n", "QUJD\r\nQUJDRA=\n=\n", "-_-_"])("%j is kept", (value) => {
    expect(stored({ x509Certificates: [{ value }] }).x509Certificates).toEqual([{ value }]);
  });

  test.each(["QU=D", "QQ===", "QUJ%"])("%j is refused", (value) => {
    expect(() => stored({ x509Certificates: [{ value }] })).toThrow(InvalidValue);
  });

  test.each([60_000, 900_000])(
    "%i line breaks without base64 after them are refused in no time",
    (breaks) => {
      const startedAt = performance.now();
      expect(() => stored({ x509Certificates: [{ value: `${"\n".repeat(breaks)}!` }] })).toThrow(
        InvalidValue,
      );
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );
});
