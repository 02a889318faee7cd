import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Installation, install, pack, packElsewhere } from "../support/deploy/installation.ts";
import { createEmptyDatabase } from "../support/postgres/test-database.ts";
import { makeEncryptionKey, openPlace, type Place, runCommand, tokenIn } from "../support/server.ts";
import { temporaryRoot } from "../support/temporary-root.ts";

/*
 * The package as a company gets it: made, installed in an empty folder without any build tool, and run by a
 * user who may not write there.
 */

jest.setTimeout(300_000);

/** Of the image too. Only root can become somebody else. */
const uid = process.getuid?.() === 0 ? 10_001 : undefined;
const user = uid === undefined ? {} : { uid };
/** Node itself, and those that PACKAGE_NODES lists, separated by colons. */
const nodes = [
  process.execPath,
  ...(process.env["PACKAGE_NODES"] ?? "").split(":").filter((path) => path !== ""),
];

let folder: string;
let tarball: string;
let whole: Installation;
let without: Installation;
let place: Place;
beforeAll(async () => {
  // On the disk: it is too much for a file system in memory.
  folder = mkdtempSync(join(tmpdir(), "package-"));
  chmodSync(folder, 0o755);
  tarball = await pack(folder);
  whole = await install(tarball, join(folder, "whole"));
  // Without the network: the package brings all but the database.
  without = await install(tarball, join(folder, "without"), ["--omit=optional", "--offline"]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.clear());

test("it is small: 190 MB with the database, 130 MB without", () => {
  process.stderr.write(
    `installed: ${whole.megabytes} MB with the embedded database, ${without.megabytes} MB without\n`,
  );
  expect(whole.megabytes).toBeLessThanOrEqual(190);
  expect(without.megabytes).toBeLessThanOrEqual(130);
});

test("it is reproducible: compiled anew elsewhere it has the same digest", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "package-again-"));
  try {
    expect(digestOf(await packElsewhere(elsewhere))).toBe(digestOf(tarball));
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});

const digestOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

test("it brings no tools", () => {
  const libraries = readdirSync(join(whole.folder, "node_modules", "dingtalk-scim", "node_modules"));
  expect(libraries.length).toBeGreaterThan(100);
  expect(
    libraries.filter((name) => /^(@?typescript|prisma|@?jest|@biomejs|@swc|@faker-js|@scarf)$/.test(name)),
  ).toEqual([]);
});

test("npx finds the program, which knows its version", async () => {
  const home = mkdtempSync(join(temporaryRoot(), "home-"));
  chmodSync(home, 0o777);
  const { version } = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));
  expect((await whole.npx(["--version"], home, uid)).trim()).toBe(version);
  rmSync(home, { recursive: true });
});

test.each(nodes)(
  "it serves from a read-only folder, as a user, and a person appears in DingTalk: %s",
  async (node) => {
    const startedMs = Date.now();
    const server = await place.start({}, { ...user, cwd: place.dataDir, program: whole.program, node });
    process.stderr.write(`${node}: ready in ${Date.now() - startedMs} ms\n`);
    expect(await personArrives(tokenIn(server.stderr)!)).toBe(true);
    expect(await statusOf("/docs/viewer.js")).toBe(200);
    expect(await statusOf("/openapi.yaml")).toBe(200);
    server.child.kill("SIGTERM");
    expect(await server.ended()).toBe(0);
  },
);

test("without the embedded database DATABASE_URL is demanded", async () => {
  const run = runCommand(["serve"], place.settings, {
    ...user,
    cwd: place.dataDir,
    program: without.program,
  });
  expect([await run.ended(), run.stderr]).toEqual([3, expect.stringContaining("DATABASE_URL must be set")]);
});

test("with DATABASE_URL and a real DingTalk it needs no folder to write to", async () => {
  const database = await createEmptyDatabase();
  const options = { ...user, cwd: without.folder, program: without.program };
  const port = new URL(place.simulatorUrl).port;
  const dingtalk = runCommand(["simulator", "--port", port], {}, options);
  await dingtalk.says("The simulated DingTalk is at");
  const server = await place.start(
    {
      DATABASE_URL: database.url,
      DATA_DIR: join(without.folder, "data"),
      ENCRYPTION_KEY_FILE: makeEncryptionKey(place.dataDir),
      DINGTALK_APP_KEY: "sandbox",
      DINGTALK_APP_SECRET: "sandbox",
      DINGTALK_CORP_ID: "dingsandbox",
      DINGTALK_OAPI_URL: place.simulatorUrl,
      DINGTALK_API_URL: place.simulatorUrl,
      SYNC_MODE: "sync",
    },
    options,
  );
  expect(await personArrives(tokenIn(server.stderr)!)).toBe(true);
  expect(existsSync(join(without.folder, "data"))).toBe(false);
  server.child.kill("SIGTERM");
  dingtalk.child.kill("SIGTERM");
  expect([await server.ended(), await dingtalk.ended()]).toEqual([0, 0]);
  await database.drop();
});

test("the demo says which library it needs", async () => {
  const run = runCommand(["demo"], place.settings, { ...user, cwd: place.dataDir, program: whole.program });
  expect([await run.ended(), run.stderr]).toEqual([3, expect.stringContaining("npm i @faker-js/faker@10")]);
});

const statusOf = async (path: string) => (await fetch(`${place.url}${path}`)).status;

/** Creates a person by SCIM and waits until the simulated DingTalk has it. */
async function personArrives(token: string): Promise<boolean> {
  const answer = await fetch(`${place.url}/scim/v2/Users`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
    body: JSON.stringify({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "mei.chan@example.com",
      displayName: "Chan Mei",
      phoneNumbers: [{ type: "mobile", value: "+852 9123 4567" }],
    }),
  });
  const { id } = (await answer.json()) as { readonly id: string };
  const deadlineMs = Date.now() + 60_000;
  while (Date.now() < deadlineMs) {
    const state = await (await fetch(`${place.simulatorUrl}/_sim/state`)).text();
    if (state.includes(id)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
