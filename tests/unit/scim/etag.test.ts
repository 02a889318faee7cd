import { isKnownVersion, versionCheck, versionTag, writeCheck } from "../../../src/scim/answer/etag.ts";

test.each<[string, boolean]>([
  ['W/"7"', true],
  ['"7"', true],
  ['W/"6", W/"7"', true],
  [' "6" ,"7" ', true],
  ['W/"8"', false],
  ['w/"7"', false],
  ["7", false],
  ["", false],
  ['"07"', false],
  ['W/"7', false],
  [",,,", false],
])("If-Match: %s fits version 7: %s", (header, fits) => {
  expect(versionCheck(header)?.(7)).toBe(fits);
  expect(isKnownVersion(header, 7)).toBe(fits);
});

test("no header and * ask for no version", () => {
  expect(versionCheck(undefined)).toBeUndefined();
  expect(versionCheck(" * ")).toBeUndefined();
});

test("If-None-Match: * is fulfilled by any version, no header by none", () => {
  expect(isKnownVersion("*", 7)).toBe(true);
  expect(isKnownVersion(undefined, 7)).toBe(false);
});

test.each<[string, Record<string, string>, boolean | undefined]>([
  ["nothing asked", {}, undefined],
  ["the version that is there", { "if-match": '"7"' }, true],
  ["any version", { "if-match": "*" }, undefined],
  ["none there may be", { "if-none-match": "*" }, false],
  ["not this one", { "if-none-match": 'W/"7"' }, false],
  ["not another one", { "if-none-match": 'W/"6"' }, true],
  ["this one and not that", { "if-match": '"7"', "if-none-match": '"6"' }, true],
  ["that one and not another", { "if-match": '"6"', "if-none-match": '"5"' }, false],
])("a write that asks for %s", (_name, headers, fits) => expect(writeCheck(headers)?.(7)).toBe(fits));

test("a tag fits the version it was made of", () => {
  expect(isKnownVersion(versionTag(7), 7)).toBe(true);
});
