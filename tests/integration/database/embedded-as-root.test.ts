import { chmodSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { binariesIn } from "../../../src/database/embedded/binaries.ts";
import { ask, type Bench, bench, copyOfPackage, postmasterPid, uidOf } from "./embedded-setup.ts";

/* The embedded server, started by root. By `npm run test:root`. */

const noUnshare = { unshare: "/nowhere/unshare" };

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

test("root runs the server without privileges, also below a directory only root may enter", async () => {
  expect(statSync(here.dataDir).mode & 0o777).toBe(0o700);
  await here.start();
  const status = readFileSync(`/proc/${postmasterPid(here.cluster)}/status`, "utf8");
  expect(status).toMatch(/^CapEff:\s+0+$/m);
});

test("where user namespaces are not to be had, root becomes nobody, and the data follows in both directions", async () => {
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

test("a first start as nobody", async () => {
  chmodSync(here.dataDir, 0o711);
  const { url } = await here.start({ binaries: binariesIn(copy), ...noUnshare });
  await expect(ask(url, "select 1")).resolves.toEqual([1]);
});

test("when no way works, each one's reason is told", async () => {
  const failing = here.start({ binaries: binariesIn(copy), ...noUnshare });
  await expect(failing).rejects.toMatchObject({
    code: "CANNOT_START",
    problems: [
      expect.stringContaining("as user namespace: /nowhere/unshare does not exist"),
      expect.stringContaining("as nobody: this user cannot enter or write the directory, or one above it"),
    ],
  });
});
