import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { databaseUrl, runOn, SERVER_VARIABLE } from "../support/postgres/test-database.ts";
import { openPlace, type Place, runCommand, tokenIn } from "../support/server.ts";
import { temporaryRoot } from "../support/temporary-root.ts";
import { oneLine, refusal } from "./refusal.ts";

/*
 * Mistakes of a first hour: each ends with exit code 3 and one line that says what to do, and costs nothing.
 */

// Some start a server twice, with a new database.
jest.setTimeout(120_000);

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.clear());

test("a first start that fails on a taken port does not use up the first token", async () => {
  const taken = createServer().listen(Number(place.settings["PORT"]), "127.0.0.1");
  expect(await refusal(runCommand(["serve"], place.settings))).toEqual(
    oneLine("in use by another program; stop it or choose another PORT"),
  );
  await new Promise((resolve) => taken.close(resolve));
  const { stderr } = await place.start();
  const token = tokenIn(stderr)!;
  expect(
    (await fetch(`${place.url}/scim/v2/Users`, { headers: { authorization: `Bearer ${token}` } })).status,
  ).toBe(200);
  expect(stderr).toContain("Another one: npx dingtalk-scim token create");
});

test.each([
  [["token", "create", "--name", "x"]],
  [["plan", "--user", "x"]],
  [["sync"]],
  [["migrate", "--status"]],
])("%j where no server was ever started makes nothing", async (args) => {
  const elsewhere = join(place.dataDir, "elsewhere");
  expect(await refusal(runCommand(args, { ...place.settings, DATA_DIR: elsewhere }))).toEqual(
    oneLine(`DATA_DIR ${elsewhere} has no installation`),
  );
  expect(existsSync(elsewhere)).toBe(false);
});

test.each([[["serve"]], [["plan", "--user", "x"]]])(
  "%j with mistakes in its files tells all of them, and makes no database",
  async (args) => {
    const [mapping, policy] = [join(place.dataDir, "mapping.yaml"), join(place.dataDir, "policy.yaml")];
    writeFileSync(mapping, "version: 1\nregon: HK\nperson: { titel: user.title }\n");
    writeFileSync(policy, "version: 1\nlimts: {}\n");
    expect(
      await refusal(runCommand(args, { ...place.settings, MAPPING_FILE: mapping, POLICY_FILE: policy })),
    ).toEqual([
      expect.stringContaining(`MAPPING_FILE ${mapping}:2:1 regon: unknown key (did you mean region?)`),
      expect.stringContaining(`MAPPING_FILE ${mapping}:3:11 person.titel: `),
      expect.stringContaining(`POLICY_FILE ${policy}:2:1 limts: unknown key (did you mean limits?)`),
    ]);
    expect(existsSync(join(place.dataDir, "postgres"))).toBe(false);
  },
);

describe("a database that cannot be opened", () => {
  const server = new URL(process.env[SERVER_VARIABLE]!);
  const to = (change: (url: URL) => void): string => {
    const url = new URL(databaseUrl(server.href, "postgres"));
    change(url);
    return url.href;
  };
  const stranger = `newcomer_${randomBytes(4).toString("hex")}`;
  const database = `${stranger}_db`;
  beforeAll(async () => {
    await runOn(server.href, `create role ${stranger} login password 'secret-of-nobody'`);
    await runOn(server.href, `create database ${database} template template0`);
  });
  afterAll(async () => {
    await runOn(server.href, `drop database ${database}`);
    await runOn(server.href, `drop role ${stranger}`);
  });

  test.each<[string, () => string, string]>([
    [
      "a wrong password",
      () => to((url) => (url.password = "not-this-one")),
      "the password in DATABASE_URL is wrong",
    ],
    [
      "a database that is missing",
      () => to((url) => (url.pathname = "/nowhere")),
      "the database in DATABASE_URL does not exist",
    ],
    [
      "no server",
      () => to((url) => (url.port = "1")),
      "no server listens at the host and port of DATABASE_URL",
    ],
    [
      "a host nobody knows",
      () => to((url) => (url.hostname = "db.invalid")),
      "the host name in DATABASE_URL",
    ],
    ["no password", () => to((url) => (url.password = "")), "DATABASE_URL has no password"],
    [
      "a user who may not make tables",
      () =>
        to((url) => {
          url.username = stranger;
          url.password = "secret-of-nobody";
          url.pathname = `/${database}`;
        }),
      "run `dingtalk-scim migrate` as the owner of the database",
    ],
  ])("%s is one line", async (_what, url, told) => {
    const run = runCommand(["serve"], { ...place.settings, DATABASE_URL: url() });
    expect(await refusal(run)).toEqual(oneLine(told));
    expect(run.stderr).not.toMatch(/not-this-one|secret-of-nobody/);
  });

  test("a command on an empty database does not fill it", async () => {
    const run = runCommand(["token", "list"], {
      ...place.settings,
      DATABASE_URL: to((url) => (url.pathname = `/${database}`)),
    });
    expect(await refusal(run)).toEqual(oneLine("has no installation yet"));
    const empty = runCommand(["source", "list"], {
      ...place.settings,
      DATABASE_URL: to((url) => (url.pathname = `/${database}`)),
    });
    expect(await refusal(empty)).toEqual(oneLine("has no installation yet"));
  });
});

test("DATA_DIR on a file system that makes no folders", async () => {
  expect(await refusal(runCommand(["serve"], { ...place.settings, DATA_DIR: "/proc/none/data" }))).toEqual(
    oneLine("DATA_DIR /proc/none/data cannot be made there; name another folder"),
  );
});

test("DATA_DIR that is a file", async () => {
  const file = join(place.dataDir, "file");
  writeFileSync(file, "");
  expect(await refusal(runCommand(["serve"], { ...place.settings, DATA_DIR: file }))).toEqual(
    oneLine("is a file; name a folder"),
  );
});

test("a SIMULATOR_PORT that another sandbox has is not shared with it", async () => {
  await place.start();
  const other = await openPlace();
  const run = runCommand(["serve"], { ...other.settings, SIMULATOR_PORT: place.settings["SIMULATOR_PORT"]! });
  expect(await refusal(run)).toEqual(
    oneLine("is the simulated DingTalk of another sandbox; choose another SIMULATOR_PORT"),
  );
  await other.clear();
});

test(".env of the working folder is read, the environment goes before it, and what nobody knows is told", async () => {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-env-"));
  writeFileSync(
    join(folder, ".env"),
    "BOOTSTRAP_TOKEN=an-own-token-of-more-than-32-characters\nDATA_DIR=/nowhere/at/all\nDATADIR=x\nCOLOUR=red\n",
  );
  const run = await place.start({ SYNC_MOD: "sync", LC_PAPER: "a4" }, { cwd: folder });
  expect(tokenIn(run.stderr)).toBeUndefined();
  expect((await fetch(`${place.url}/readyz`)).status).toBe(200);
  expect(run.stderr).toContain(
    "DATADIR is not a setting of this program and has no effect; did you mean DATA_DIR?",
  );
  expect(run.stderr).toContain(
    "SYNC_MOD is not a setting of this program and has no effect; did you mean SYNC_MODE?",
  );
  expect(run.stderr).toContain("COLOUR is not a setting");
  expect(run.stderr).not.toContain("LC_PAPER");
  rmSync(folder, { recursive: true });
});
