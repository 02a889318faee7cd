import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writableFile, writeFileOf } from "../../../src/cli/options/output-file.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-output-"));
  file = join(folder, "report.html");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the check of a file makes none", () => {
  expect(writableFile(file)).toBe(file);
  expect(existsSync(file)).toBe(false);
});

test.each([
  ["a folder", () => folder, "EISDIR"],
  ["a file in no folder", () => join(folder, "nowhere", "x"), "ENOENT"],
])("%s is refused", (_what, path, code) => {
  expect(() => writableFile(path())).toThrow(`cannot be written (${code})`);
});

test("only its owner reads a new file", async () => {
  await writeFileOf(file, "of people");
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["of people", 0o600]);
});

async function* broken() {
  yield "half";
  throw new Error("the source broke");
}

test("of a new file that cannot be completed nothing stays, and the error is that of the source", async () => {
  await expect(writeFileOf(file, broken())).rejects.toThrow("the source broke");
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, "before");
  await expect(writeFileOf(file, broken())).rejects.toThrow("the source broke");
  expect(existsSync(file)).toBe(true);
});

test("an interruption leaves no file, and is told as one", async () => {
  const interrupted = new AbortController();
  async function* endless() {
    for (;;) {
      yield "more";
      interrupted.abort(new Error("interrupted"));
    }
  }
  await expect(writeFileOf(file, endless(), interrupted.signal)).rejects.toThrow(/^interrupted$/);
  expect(existsSync(file)).toBe(false);
});

test("a file that the system does not take is told by its name", async () => {
  await expect(writeFileOf(join(folder, "nowhere", "x"), "x")).rejects.toThrow("cannot be written (ENOENT)");
});
