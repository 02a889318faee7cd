import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeenFile } from "../../../src/database/seen-file.ts";
import { lostPeriod } from "../../../src/reconcile/process/restore.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "seen-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const seen = { first: "a", newest: "b", at: "2026-07-01T12:00:00.000Z" };

test("what was written is read, from a folder that did not exist, and no draft is left", async () => {
  const folder = join(dir, "new");
  await createSeenFile(folder).write(seen);
  expect(await createSeenFile(folder).read()).toEqual(seen);
  expect(readdirSync(folder)).toEqual(["newest-event.json"]);
});

test.each([
  ["nothing", undefined],
  ["half a file", '{"first":"a"'],
  ["something else", "[]"],
  ["an empty file", ""],
])("%s says nothing", async (_name, text) => {
  if (text !== undefined) writeFileSync(join(dir, "newest-event.json"), text);
  expect(await createSeenFile(dir).read()).toBeUndefined();
});

test("a file that cannot be read is an error, not an absence", async () => {
  await expect(createSeenFile(join(dir, "newest-event.json", "x")).read()).resolves.toBeUndefined();
  writeFileSync(join(dir, "file"), "");
  await expect(createSeenFile(join(dir, "file")).read()).rejects.toThrow("ENOTDIR");
});

test("the lost time reaches from the last event that is left to the last that nobody can have seen", () => {
  expect(lostPeriod(new Date("2026-07-01T11:00:00Z"), seen)).toEqual({
    since: new Date("2026-07-01T10:59:59Z"),
    until: new Date("2026-07-01T12:00:10Z"),
  });
});
