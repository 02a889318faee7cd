import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../support/server.ts";
import { temporaryRoot } from "../support/temporary-root.ts";

/* What a command writes, as the programs behind it get it. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-cli-output-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const KEYS = 2_000;

test("a program gets the whole of a long result", async () => {
  const file = join(folder, "mapping.yaml");
  writeFileSync(file, `version: 1\n${Array.from({ length: KEYS }, (_, at) => `unknown${at}: x\n`).join("")}`);
  const run = runCommand(["mapping", "check", file, "--json"]);
  expect(await run.ended()).toBe(1);
  expect(JSON.parse(run.stdout).problems).toHaveLength(KEYS);
});

test.each([
  ["subject", "export", "nobody", "--html"],
  ["assess", "--html"],
  ["history", "export", "--out"],
  ["evidence", "--from", "2026-01-01", "--to", "2026-02-01", "--out"],
])("%s that cannot run leaves no empty file", async (...args) => {
  const file = join(folder, "report");
  const run = runCommand([...args, file], { DATA_DIR: join(folder, "nowhere") });
  expect([await run.ended(), run.stderr]).toEqual([3, expect.stringContaining("has no installation")]);
  expect(existsSync(file)).toBe(false);
});

test.each([
  [["people", "import", "nowhere.csv", "--source", "hr"]],
  [["mapping", "check", "nowhere.csv"]],
  [["history", "verify", "--anchors", "nowhere.csv"]],
])("%j with a file that cannot be read could not run", async (args) => {
  const run = runCommand(args, {}, { cwd: folder });
  expect([await run.ended(), run.stdout, run.stderr]).toEqual([
    3,
    "",
    expect.stringMatching(/nowhere\.csv cannot be read: there is no such file/),
  ]);
  expect(run.stderr).not.toContain("ENOENT");
});

test.each([
  ["an export that is not there", ["--from", "nowhere/"], "nowhere/ cannot be read: there is no such file"],
  ["a server that does not answer", ["--from", "http://127.0.0.1:9"], "does not answer"],
])("the history is not called altered for %s", async (_what, args, told) => {
  const run = runCommand(["history", "verify", ...args], {}, { cwd: folder });
  expect([await run.ended(), run.stdout, run.stderr]).toEqual([3, "", expect.stringContaining(told)]);
});
