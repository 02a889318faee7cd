import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { InvalidValue } from "../../../src/scim/errors.ts";
import { groupPatch, typedMembers } from "../../../src/scim/patch/group.ts";
import type { Operation } from "../../../src/scim/patch/operation.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { DINGTALK_USER_SCHEMA } from "../../../src/scim/schema/dingtalk.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";

const work = { type: "work", value: "w@example.com", primary: true };
const home = { type: "home", value: "h@example.com" };
const person = (more: JsonObject): JsonObject => ({
  schemas: [USER_SCHEMA],
  userName: "mei",
  active: true,
  ...more,
});
const add = (path: string, value: unknown): Operation => ({ op: "add", path, value });
const remove = (path: string, value?: unknown): Operation => ({ op: "remove", path, value });

describe("labels that come before their value", () => {
  const patched = (document: JsonObject, ...operations: Operation[]) =>
    applyPatch(document, operations, userResource);

  test.each<[string, JsonObject, readonly Operation[], JsonValue]>([
    [
      "primary, then value",
      {},
      [add('emails[type eq "work"].primary', "True"), add('emails[type eq "work"].value', "n@example.com")],
      [{ type: "work", primary: true, value: "n@example.com" }],
    ],
    [
      "display and type of what is not there",
      {},
      [add("emails.type", "other"), add("emails.display", "O"), add("emails.value", "o@example.com")],
      [{ type: "other", display: "O", value: "o@example.com" }],
    ],
    [
      "a list of labels",
      { emails: [home] },
      [
        add("emails", [{ type: "work", primary: true }]),
        { op: "replace", path: 'emails[type eq "work"].value', value: "n@example.com" },
      ],
      [home, { type: "work", primary: true, value: "n@example.com" }],
    ],
    [
      "the mark goes to the new one when its value is there",
      { emails: [work] },
      [add('emails[type eq "home"].primary', true), add('emails[type eq "home"].value', "h@example.com")],
      [
        { ...work, primary: false },
        { type: "home", primary: true, value: "h@example.com" },
      ],
    ],
    [
      "without a value they are gone, and the mark stays where it was",
      { emails: [work] },
      [add('emails[type eq "home"].primary', true)],
      [work],
    ],
    [
      "of an address, whose parts are its value",
      { addresses: [{ type: "home", locality: "Sha Tin" }] },
      [add('addresses[type eq "work"].primary', true), add('addresses[type eq "work"].locality', "Central")],
      [
        { type: "home", locality: "Sha Tin" },
        { type: "work", primary: true, locality: "Central" },
      ],
    ],
  ])("%s", (_name, more, operations, expected) => {
    const { emails, addresses } = patched(person(more), ...operations);
    expect(emails ?? addresses).toEqual(expected);
  });

  test("that no value follows leave the document as it was", () => {
    const document = person({ emails: [home] });
    expect(
      patched(document, add('phoneNumbers[type eq "fax"].display', "F"), add("ims", [{ type: "aim" }])),
    ).toBe(document);
  });
});

describe("remove with a list of values", () => {
  const custom = {
    [DINGTALK_USER_SCHEMA]: {
      customFields: [
        { name: "A", value: "1" },
        { name: "B", value: "1" },
      ],
    },
  };
  const changed = (more: JsonObject, operation: Operation) =>
    applyPatch(person(more), [operation], userResource);

  test.each<[string, unknown, JsonValue | undefined]>([
    ["in another letter case", [{ value: "W@Example.com" }], [home]],
    ["with a label that differs", [{ value: "w@example.com", primary: "False", display: "?" }], [home]],
    ["with its type, in another letter case", [{ value: "w@example.com", type: "WORK" }], [home]],
    ["with another type", [{ value: "w@example.com", type: "home" }], [work, home]],
    ["as text", "W@EXAMPLE.com", [home]],
    ["two at once", [{ value: "w@example.com" }, { value: "h@example.com" }], undefined],
    ["by type alone", [{ type: "home" }], [work]],
    ["of somebody else", [{ value: "x@example.com" }], [work, home]],
  ])("%s", (_name, value, expected) =>
    expect(changed({ emails: [work, home] }, remove("emails", value)).emails).toEqual(expected),
  );

  test("is exact where the attribute is", () => {
    const x509Certificates = [{ value: "AAAA" }];
    expect(
      changed({ x509Certificates }, remove("x509Certificates", [{ value: "aaaa" }])).x509Certificates,
    ).toEqual(x509Certificates);
    expect(
      changed({ x509Certificates }, remove("x509Certificates", [{ value: "AAAA" }])).x509Certificates,
    ).toBeUndefined();
  });

  test("of what has no value goes by all that is told", () => {
    const addresses = [
      { type: "work", locality: "Central", country: "HK" },
      { type: "work", locality: "Wan Chai", country: "HK" },
    ];
    expect(
      changed({ addresses }, remove("addresses", [{ locality: "CENTRAL", primary: true }])).addresses,
    ).toEqual([addresses[1]]);
  });

  test("of named values goes by the name too", () => {
    const path = `${DINGTALK_USER_SCHEMA}:customFields`;
    expect(changed(custom, remove(path, [{ name: "b", value: "1" }]))[DINGTALK_USER_SCHEMA]).toEqual({
      customFields: [{ name: "A", value: "1" }],
    });
  });

  test.each([[[{ primary: true }]], [[{ display: "x" }]], [[{ address: "w@example.com" }]]])(
    "told by nothing that decides is refused: %j",
    (value) => expect(() => changed({ emails: [work, home] }, remove("emails", value))).toThrow(InvalidValue),
  );
});

describe("one of a type and value is enough (RFC 7643 section 2.4)", () => {
  test("the last word on it counts, and two marks on one are one", () => {
    const emails = [work, { type: "Work", value: "W@Example.com", primary: true, display: "W" }, home];
    expect(readUser(person({ emails })).document.emails).toEqual([
      { type: "Work", value: "W@Example.com", primary: true, display: "W" },
      home,
    ]);
    expect(
      readUser(person({ phoneNumbers: [{ value: "1" }, { value: "1" }, { value: "1", type: "fax" }] }))
        .document.phoneNumbers,
    ).toEqual([{ value: "1" }, { value: "1", type: "fax" }]);
    expect(
      readUser(person({ addresses: [{ country: "HK" }, { country: "HK" }] })).document.addresses,
    ).toEqual([{ country: "HK" }]);
  });

  test("when a change makes two the same", () => {
    const document = person({ emails: [work, home] });
    const operations = [
      {
        op: "replace",
        path: 'emails[type eq "home"]',
        value: { type: "work", value: "W@example.com" },
      } as const,
    ];
    expect(applyPatch(document, operations, userResource).emails).toEqual([
      { ...work, value: "W@example.com" },
    ]);
  });

  test("custom fields of one value are different fields", () => {
    const document = applyPatch(
      person({}),
      [add(`${DINGTALK_USER_SCHEMA}:customFields`, [{ name: "A", value: "1" }])],
      userResource,
    );
    const more = applyPatch(
      document,
      [
        add(`${DINGTALK_USER_SCHEMA}:customFields`, [
          { name: "B", value: "1" },
          { name: "A", value: "2" },
        ]),
      ],
      userResource,
    );
    expect(more[DINGTALK_USER_SCHEMA]).toEqual({
      customFields: [
        { name: "A", value: "2" },
        { name: "B", value: "1" },
      ],
    });
  });
});

describe("members that are selected together with their type", () => {
  const path = '(value eq "p" and type eq "User") or (type eq "group" and value eq "g") or value eq "q"';
  const operations = [remove(`members[${path}]`)];
  const change = (...groups: string[]) =>
    groupPatch(operations, { allowRemoveAllMembers: false, groups: new Set(groups) }).members;

  test("are looked up", () => expect(typedMembers(operations)).toEqual(["p", "g"]));
  test("are removed when they are of it", () =>
    expect(change("g")).toEqual({ kind: "delta", add: [], remove: ["p", "g", "q"] }));
  test("and stay when they are not", () =>
    expect(change("p")).toEqual({ kind: "delta", add: [], remove: ["q"] }));
});

describe("an element that is selected, with its value in a list of one", () => {
  const one = [{ value: "n@example.com" }];
  test.each<[string, JsonObject, Operation["op"], JsonValue | undefined]>([
    ["replaces it", { emails: [work, home] }, "replace", [{ type: "work", value: "n@example.com" }, home]],
    ["is laid over it", { emails: [work, home] }, "add", [{ ...work, value: "n@example.com" }, home]],
    ["makes it", { emails: [home] }, "replace", [home, { type: "work", value: "n@example.com" }]],
  ])("%s", (_name, more, op, expected) => {
    expect(
      applyPatch(person(more), [{ op, path: 'emails[type eq "work"]', value: one }], userResource).emails,
    ).toEqual(expected);
  });

  test("a list of two is refused", () => {
    const operation = { op: "replace", path: 'emails[type eq "work"]', value: [...one, home] } as const;
    expect(() => applyPatch(person({ emails: [work] }), [operation], userResource)).toThrow(InvalidValue);
  });
});
