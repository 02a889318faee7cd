import { isUuid, uuidv7 } from "../../../src/core/id.ts";

const AT = Date.UTC(2026, 10, 21);

test("an id is a UUID of version 7 and variant 1, and tells its millisecond", () => {
  const id = uuidv7(AT);
  expect(isUuid(id)).toBe(true);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(AT);
});

test("ids made later sort later", () => {
  const ids = Array.from({ length: 100 }, (_, ms) => uuidv7(AT + ms));
  expect([...ids].sort()).toEqual(ids);
});

test("ids of one millisecond differ", () => {
  expect(new Set(Array.from({ length: 1_000 }, () => uuidv7(AT))).size).toBe(1_000);
});

test.each([
  "",
  "x",
  "01a20001-cabc-7e5b-bed5-566d9b3dfac",
  "{01a20001-cabc-7e5b-bed5-566d9b3dfacd}",
  "01a20001cabc7e5bbed5566d9b3dfacd",
])("%p is no id", (text) => expect(isUuid(text)).toBe(false));
