import { referenceIn, referencesIn, withIds } from "../../../src/scim/bulk/references.ts";

const data = {
  displayName: "see bulkId:not-one",
  manager: { value: "bulkId:boss" },
  members: [{ value: "bulkId:a" }, { value: "plain" }],
  Operations: [{ path: 'members[value eq "bulkId:b" or value eq "x"]' }],
};

test("finds whole values and quoted ones, and no others", () => {
  expect([...referencesIn(data)].sort()).toEqual(["a", "b", "boss"]);
  expect([...referencesIn("bulkId:top")]).toEqual(["top"]);
  expect([...referencesIn(undefined)]).toEqual([]);
});

test("puts ids in their place, and leaves what has none", () => {
  const ids: Record<string, string> = { a: "1", b: "2" };
  expect(withIds(data, (name) => ids[name])).toEqual({
    ...data,
    members: [{ value: "1" }, { value: "plain" }],
    Operations: [{ path: 'members[value eq "2" or value eq "x"]' }],
  });
});

test("the id of a path is a reference or not", () => {
  expect(referenceIn("bulkId:qwerty")).toBe("qwerty");
  expect(referenceIn("2819c223")).toBeUndefined();
});
