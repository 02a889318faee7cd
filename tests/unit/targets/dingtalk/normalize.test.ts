import fc from "fast-check";
import type { EntityKind } from "../../../../src/core/entity.ts";
import type { Actual, Attributes, AttributeValue } from "../../../../src/reconcile/target-values.ts";
import { normalize } from "../../../../src/targets/dingtalk/attributes/normalize.ts";

const seen = (attributes: Attributes): Actual => ({ remoteId: "u1", presence: "active", attributes });
const codes = (kind: EntityKind, desired: Attributes, actual?: Actual) =>
  normalize(kind, desired, actual, "HK").notes.map((note) => `${note.attribute}: ${note.code}`);

describe("a person", () => {
  test.each<[string, Attributes, Attributes, string[]]>([
    ["text is trimmed without a word", { name: " Li " }, { name: "Li" }, []],
    [
      "invisible characters go, with a note",
      { name: "Li\u202e" },
      { name: "Li" },
      ["name: charactersRemoved"],
    ],
    ["a long name is cut", { name: "x".repeat(300) }, { name: "x".repeat(80) }, ["name: cut"]],
    [
      "half an e-mail address would be another one",
      { email: `${"x".repeat(60)}@example.com` },
      {},
      ["email: tooLong"],
    ],
    ["an empty title is null", { title: " " }, { title: null }, []],
    ["a number takes one form", { mobile: "9123 4567" }, { mobile: "+852-91234567" }, []],
    ["what cannot be a number is left out", { mobile: "ask Li" }, {}, ["mobile: notAPhoneNumber"]],
    ["a name cannot be emptied", { name: null }, {}, ["name: cannotBeCleared"]],
    [
      "a flag may come as text",
      { hide_mobile: "true", senior_mode: null },
      { hide_mobile: true, senior_mode: false },
      [],
    ],
    ["a flag is no sentence", { hide_mobile: "perhaps" }, {}, ["hide_mobile: wrongType"]],
    ["a date is milliseconds", { hired_date: "1767225600000" }, { hired_date: 1_767_225_600_000 }, []],
    ["a date before 1970 does not exist there", { hired_date: -1 }, {}, ["hired_date: wrongType"]],
    ["sets are sorted", { departments: ["7", "12", "7"] }, { departments: ["12", "7"] }, []],
    ["a title for a department", { departmentTitles: ["7= Clerk "] }, { departmentTitles: ["7=Clerk"] }, []],
    ["an order is a whole number", { departmentOrders: ["7=first"] }, {}, ["departmentOrders: wrongType"]],
    [
      "a main department must be one of theirs",
      { departments: ["7"], mainDepartment: "8" },
      { departments: ["7"] },
      ["mainDepartment: notAMember"],
    ],
    ["without a main department nothing is said", { mainDepartment: null }, {}, []],
    ["a custom field", { "extension.Cost centre": " 4711 " }, { "extension.Cost centre": "4711" }, []],
    ["a name DingTalk has nothing for", { favourite: "tea" }, {}, ["favourite: unknownAttribute"]],
    [
      "an enterprise account has no mobile",
      { exclusive_account_type: "sso", mobile: "+852 91234567" },
      { exclusive_account_type: "sso" },
      ["mobile: notUsed"],
    ],
    [
      "only dingtalk accounts have a login",
      { exclusive_account_type: "sso", login_id: "li" },
      { exclusive_account_type: "sso" },
      ["login_id: notUsed"],
    ],
    [
      "an extension that fits stays as it is",
      { telephone: "+852 2345 6789 x 7" },
      { telephone: "+852 2345 6789 x 7" },
      [],
    ],
    [
      "one that does not is written closely",
      { telephone: "+852 (2345) 6789 ext. 204" },
      { telephone: "+85223456789ext204" },
      [],
    ],
    [
      "one that is too long all the same is left out",
      { telephone: "1".repeat(21) },
      {},
      ["telephone: tooLong"],
    ],
    ["a regular account has no nickname", { nickname: "Li" }, {}, ["nickname: notUsed"]],
  ])("%s", (_name, desired, attributes, notes) => {
    expect(normalize("user", desired, undefined, "HK").attributes).toEqual(attributes);
    expect(codes("user", desired)).toEqual(notes);
  });

  test.each<[string, Attributes, Attributes, string[]]>([
    [
      "who has signed in keeps the number",
      { mobile: "+852-91234567", activated: true },
      {},
      ["mobile: mobileLocked"],
    ],
    [
      "who has not can get another",
      { mobile: "+852-91234567", activated: false },
      { mobile: "+852-98765432" },
      [],
    ],
    [
      "a number refused before is not offered again",
      { mobile: "+852-91234567", mobile_refused: "+852-98765432" },
      {},
      ["mobile: mobileLocked"],
    ],
    [
      "an unchanged number is no change",
      { mobile: "+852-98765432", activated: true },
      { mobile: "+852-98765432" },
      [],
    ],
    ["a number not told is not known to be locked", { activated: true }, { mobile: "+852-98765432" }, []],
  ])("%s", (_name, there, attributes, notes) => {
    const desired = { mobile: "+852 9876 5432" };
    expect(normalize("user", desired, seen(there), "HK").attributes).toEqual(attributes);
    expect(codes("user", desired, seen(there))).toEqual(notes);
  });

  test.each<[string, Attributes, Attributes]>([
    [
      "goes along with a new address",
      { org_email: null },
      { org_email: "li@example.com", org_email_type: "base" },
    ],
    ["is not sent for ever", { org_email: "li@example.com" }, { org_email: "li@example.com" }],
    [
      "changes where it is known",
      { org_email: "li@example.com", org_email_type: "profession" },
      { org_email: "li@example.com", org_email_type: "base" },
    ],
  ])("the edition of a mailbox %s", (_name, there, attributes) => {
    const desired = { org_email: "li@example.com", org_email_type: "base" };
    expect(normalize("user", desired, seen(there), "HK").attributes).toEqual(attributes);
  });

  test("emptying a field that has a value is sent with a warning", () => {
    expect(codes("user", { title: null }, seen({ title: "Clerk" }))).toEqual(["title: clearingUndocumented"]);
    expect(codes("user", { title: null }, seen({ title: null }))).toEqual([]);
  });

  test("a custom field that is not there needs no emptying", () =>
    expect(normalize("user", { "extension.Level": null }, seen({}), "HK").attributes).toEqual({}));

  test("the kind of account is fixed", () => {
    const desired = { exclusive_account_type: "sso" };
    expect(codes("user", desired, seen({ exclusive_account_type: null }))).toEqual([
      "exclusive_account_type: fixedAtCreation",
    ]);
    expect(codes("user", desired, seen({ exclusive_account_type: "sso" }))).toEqual([]);
  });

  test("custom fields that are too long together lose the last ones", () => {
    const long = "x".repeat(900);
    const desired = { "extension.a": long, "extension.b": long, "extension.c": long };
    expect(codes("user", desired)).toEqual(["extension.c: tooLong"]);
  });
});

describe("a department", () => {
  test.each<[string, Attributes, Attributes, string[]]>([
    [
      "forbidden characters get a look-alike",
      { name: "A-B" },
      { name: "A\u2010B" },
      ["name: charactersReplaced"],
    ],
    [
      "managers come after the members",
      { name: "A", managers: ["u1"] },
      { name: "A" },
      ["managers: afterMembers"],
    ],
    ["an order is a number", { order: "10" }, { order: 10 }, []],
    ["a code is not cut", { code: "x".repeat(31) }, {}, ["code: tooLong"]],
    [
      "who may see it, 50 at most",
      { user_permits: Array.from({ length: 60 }, (_, n) => `u${n}`) },
      expect.anything() as Attributes,
      ["user_permits: cut"],
    ],
  ])("%s", (_name, desired, attributes, notes) => {
    expect(normalize("department", desired, undefined, "HK").attributes).toEqual(attributes);
    expect(codes("department", desired)).toEqual(notes);
  });
});

test("shaping shaped attributes changes nothing", () => {
  const value: fc.Arbitrary<AttributeValue> = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.oneof(fc.string(), fc.constantFrom("7=Clerk", "8=3", "1"))),
  );
  const names = [
    "name",
    "mobile",
    "title",
    "email",
    "remark",
    "hide_mobile",
    "hired_date",
    "departments",
    "mainDepartment",
    "departmentTitles",
  ];
  const more = [
    "departmentOrders",
    "manager",
    "extension.a",
    "exclusive_account_type",
    "login_id",
    "order",
    "parent",
    "code",
    "managers",
    "brief",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom<EntityKind>("user", "department", "role"),
      fc.dictionary(fc.constantFrom(...names, ...more), value),
      fc.option(fc.dictionary(fc.constantFrom(...names, "activated", "mobile_refused"), value), {
        nil: undefined,
      }),
      (kind, desired, there) => {
        const actual = there && seen(there);
        const once = normalize(kind, desired, actual, "HK");
        expect(normalize(kind, once.attributes, actual, "HK").attributes).toEqual(once.attributes);
      },
    ),
  );
});
