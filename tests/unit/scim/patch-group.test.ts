import fc from "fast-check";
import type { MemberChange } from "../../../src/directory/group.ts";
import { InvalidFilter } from "../../../src/filter/errors.ts";
import { InvalidPath, InvalidValue, Mutability, NoTarget } from "../../../src/scim/errors.ts";
import { groupPatch } from "../../../src/scim/patch/group.ts";
import type { Operation } from "../../../src/scim/patch/operation.ts";
import { GROUP_SCHEMA } from "../../../src/scim/schema/group.ts";

const careful = { allowRemoveAllMembers: false };
const delta = (add: string[], remove: string[] = []): MemberChange => ({ kind: "delta", add, remove });
const all = (...members: string[]): MemberChange => ({ kind: "all", members });
const op = (name: Operation["op"], path?: string, value?: unknown): Operation => ({
  op: name,
  ...(path === undefined ? {} : { path }),
  value,
});

test.each<[string, readonly Operation[], MemberChange]>([
  [
    "add several",
    [op("add", "members", [{ value: "a" }, { value: "b", type: "User", $ref: null }])],
    delta(["a", "b"]),
  ],
  ["add one without a list", [op("add", "members", { value: "a" })], delta(["a"])],
  ["add bare ids", [op("add", "Members", ["a", "b"])], delta(["a", "b"])],
  [
    "add by address",
    [
      op("add", "members", [
        { $ref: "../Users/a" },
        { $ref: "https://example.com/v2/Groups/b/", value: null },
      ]),
    ],
    delta(["a", "b"]),
  ],
  [
    "the value goes before the address",
    [op("add", "members", [{ $ref: "../Users/a", value: "b" }])],
    delta(["b"]),
  ],
  ["add by the full name", [op("add", `${GROUP_SCHEMA}:members`, ["a"])], delta(["a"])],
  ["add nothing", [op("add", "members", [])], delta([])],
  ["add the selected", [op("add", 'members[value eq "a"]', {})], delta(["a"])],
  [
    "remove those listed",
    [op("remove", "members", [{ value: "a", $ref: null }, "b"])],
    delta([], ["a", "b"]),
  ],
  ["remove an empty list", [op("remove", "members", [])], delta([])],
  ["remove one by path", [op("remove", 'members[value eq "a"]')], delta([], ["a"])],
  [
    "remove several by path",
    [op("remove", 'members[value eq "a" or value eq "b" or Value EQ "c"]')],
    delta([], ["a", "b", "c"]),
  ],
  ["replace all", [op("replace", "members", [{ value: "a" }])], all("a")],
  ["replace by nobody", [op("replace", "members", [])], all()],
  ["without a path", [op("add", undefined, { members: [{ value: "a" }] })], delta(["a"])],
  ["without a path, all", [op("replace", undefined, { MEMBERS: ["a", "b"] })], all("a", "b")],
  ["a whole schema", [op("add", GROUP_SCHEMA, { members: ["a"] })], delta(["a"])],
  [
    "a whole schema without a path",
    [op("add", undefined, { [GROUP_SCHEMA]: { members: ["a"] } })],
    delta(["a"]),
  ],
  ["selected, without a path", [op("add", undefined, { 'members[value eq "a"]': {} })], delta(["a"])],
  [
    "the later wins: out after in",
    [op("add", "members", ["a"]), op("remove", "members", ["a"])],
    delta([], ["a"]),
  ],
  [
    "the later wins: in after out",
    [op("remove", "members", ["a"]), op("add", "members", ["a"])],
    delta(["a"]),
  ],
  [
    "changes after a replacement are part of it",
    [op("replace", "members", ["a", "b"]), op("add", "members", ["c"]), op("remove", "members", ["a"])],
    all("b", "c"),
  ],
  [
    "a replacement forgets what was before",
    [op("add", "members", ["z"]), op("replace", "members", ["a"])],
    all("a"),
  ],
])("%s", (_name, operations, members) =>
  expect(groupPatch(operations, careful)).toEqual({ attributes: [], members }),
);

test("attributes and members are told apart, in one value and in many", () => {
  const rename = op("replace", "displayName", "B");
  const mixed = op("replace", undefined, { id: "x", displayName: "C", members: ["a"] });
  expect(groupPatch([rename, op("add", "members", ["z"]), mixed], careful)).toEqual({
    attributes: [rename, { op: "replace", value: { id: "x", displayName: "C" } }],
    members: all("a"),
  });
});

test.each<[string, unknown]>([
  ["none", undefined],
  ["null", null],
  ["empty text", ""],
])("a removal of all members needs the setting: value %s", (_name, value) => {
  const operations = [op("remove", "members", value)];
  expect(() => groupPatch(operations, careful)).toThrow(InvalidValue);
  expect(groupPatch(operations, { allowRemoveAllMembers: true }).members).toEqual(all());
});

test.each<[string, Operation, new (message: string) => Error]>([
  ["members replaced by null", op("replace", "members", null), InvalidValue],
  ["a member without id", op("add", "members", [{ display: "x" }]), InvalidValue],
  [
    "a member by the address of something else",
    op("add", "members", [{ $ref: "https://example.com/v2/Devices/a" }]),
    InvalidValue,
  ],
  ["a member that is a number", op("remove", "members", [5]), InvalidValue],
  ["a selection by anything else", op("remove", 'members[display co "x"]'), InvalidFilter],
  ["a selection by type alone", op("remove", 'members[type eq "User"]'), InvalidFilter],
  [
    "a selection by two values at once",
    op("remove", 'members[value eq "a" and value eq "b"]'),
    InvalidFilter,
  ],
  ["a selection turned round", op("remove", 'members[not (value eq "a")]'), InvalidFilter],
  ["altering a member", op("replace", 'members[value eq "a"].value', "b"), Mutability],
  ["replacing a member", op("replace", 'members[value eq "a"]', { value: "b" }), Mutability],
  ["one part of all members", op("remove", "members.display"), Mutability],
  ["one part of all members, without a path", op("add", undefined, { "members.value": "a" }), Mutability],
  [
    "altering members, without a path",
    op("add", undefined, { 'members[type eq "User"].value': "a" }),
    Mutability,
  ],
  [
    "altering members, in the core schema",
    op("add", undefined, { [GROUP_SCHEMA]: { 'members[type eq "User"].value': "a" } }),
    Mutability,
  ],
  ["remove without a path", op("remove", undefined, { members: ["a"] }), NoTarget],
  ["no path and no object", op("add", undefined, ["a"]), InvalidValue],
  ["an unknown attribute", op("add", "nope", "x"), InvalidPath],
])("refused: %s", (_name, operation, error) => expect(() => groupPatch([operation], careful)).toThrow(error));

test("the net change does to any group what the operations do one by one", () => {
  const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 });
  const step = fc.record({
    kind: fc.constantFrom("add" as const, "remove" as const, "replace" as const),
    ids,
  });
  fc.assert(
    fc.property(ids, fc.array(step, { maxLength: 8 }), (present, steps) => {
      let expected = new Set(present);
      for (const { kind, ids: named } of steps) {
        if (kind === "replace") expected = new Set(named);
        for (const id of named) kind === "remove" ? expected.delete(id) : expected.add(id);
      }
      const operations = steps.map(({ kind, ids: named }) => op(kind, "members", named));
      const { members } = groupPatch(operations, careful);
      const joined =
        members.kind === "all"
          ? members.members
          : [...present.filter((id) => !members.remove.includes(id)), ...members.add];
      expect(new Set(joined)).toEqual(expected);
      if (members.kind === "delta")
        expect(members.add.filter((id) => members.remove.includes(id))).toEqual([]);
    }),
  );
});

test("five thousand members in one operation are taken in one go", () => {
  const ids = Array.from({ length: 5_000 }, (_, at) => `id-${at}`);
  const { members } = groupPatch(
    [
      op(
        "add",
        "members",
        ids.map((value) => ({ value })),
      ),
    ],
    careful,
  );
  expect(members).toEqual(delta(ids));
});
