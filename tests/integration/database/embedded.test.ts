import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { isAlive } from "../../../src/database/embedded/processes.ts";
import { freePort } from "../../../src/database/embedded/server.ts";
import { ask, type Bench, bench, postmasterPid, preparedBench, removePrepared } from "./embedded-setup.ts";

let here: Bench;
afterEach(() => here.clear());
afterAll(removePrepared);

test("the first start makes a deterministic UTF-8 database that keeps what it acknowledged", async () => {
  here = bench();
  const { url } = await here.start();
  const settings = `select array[current_setting('server_encoding'), current_setting('fsync'), current_setting('synchronous_commit'), current_setting('data_checksums'),
    current_setting('TimeZone'), datlocprovider::text, datlocale, current_database()::text] from pg_database where datname = current_database()`;
  expect((await ask(url, settings)).flat()).toEqual([
    "UTF8",
    "on",
    "on",
    "on",
    "UTC",
    "b",
    "C.UTF-8",
    "dingtalk_scim",
  ]);
  expect(await ask(url, "select array_agg(t order by t) from unnest(array['b','Ä','a','B']) t")).toEqual([
    ["B", "a", "b", "Ä"],
  ]);
});

test("a data directory with a path longer than a Unix socket may have", async () => {
  here = bench();
  const dataDir = join(here.dataDir, "d".repeat(100), "e".repeat(100));
  const server = await here.start({ dataDir });
  await expect(ask(server.url, "select 1")).resolves.toEqual([1]);
  await server.stop();
});

describe("with a data directory made before", () => {
  beforeEach(async () => {
    here = await preparedBench();
  });

  test("only loopback with the generated password gets in, and only we can read that password", async () => {
    const { url } = await here.start();
    const password = join(here.dataDir, "postgres", "password");
    expect(statSync(password).mode & 0o777).toBe(0o600);
    expect(url).toContain(readFileSync(password, "utf8"));
    expect(
      await ask(
        url,
        "select current_setting('listen_addresses'), current_setting('unix_socket_directories')",
      ),
    ).toEqual(["127.0.0.1", ""]);
    expect(
      await ask(url, "select count(*)::int from pg_hba_file_rules where auth_method <> 'scram-sha-256'"),
    ).toEqual([0]);
    await expect(ask(url.replace(/:[0-9a-f]+@/, ":wrong@"), "select 1")).rejects.toMatchObject({
      code: "28P01",
    });
  });

  test("a later start finds the data again; stop ends the server, and may be called twice", async () => {
    const first = await here.start();
    await ask(first.url, "create table kept as select 1 as n");
    const pid = postmasterPid(here.cluster);
    await Promise.all([first.stop(), first.stop()]);
    expect(isAlive(pid)).toBe(false);
    const second = await here.start();
    expect(await ask(second.url, "select n from kept")).toEqual([1]);
  });

  test("a port that somebody took in the meantime: another one is tried", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const ports = [address && typeof address === "object" ? address.port : 0];
    try {
      const { url } = await here.start({ findPort: async () => ports.pop() ?? freePort() });
      expect(ports).toEqual([]);
      await expect(ask(url, "select 1")).resolves.toEqual([1]);
    } finally {
      taken.close();
    }
  });

  test("a start that fails shows the end of the server's log, and the next one may succeed", async () => {
    const failing = here.start({ settings: { shared_preload_libraries: "no_such_library" } });
    await expect(failing).rejects.toMatchObject({
      code: "CANNOT_START",
      message: expect.stringMatching(/ended with code 1; the end of .*server\.log:\n.*no_such_library/s),
    });
    await expect(here.start()).resolves.toBeDefined();
  });

  test("the server's log names neither statements nor values of people", async () => {
    const { url } = await here.start();
    await ask(url, "create table people (name text primary key)");
    await ask(url, "insert into people values ('Li Wei')");
    await expect(ask(url, "insert into people values ('Li Wei')")).rejects.toMatchObject({ code: "23505" });
    const log = readFileSync(join(here.dataDir, "postgres", "server.log"), "utf8");
    expect(log).toContain("duplicate key value");
    expect(log).not.toContain("Li Wei");
  });
});

describe("a data directory", () => {
  beforeEach(() => {
    here = bench();
  });

  test.each<[string, (cluster: string) => void, RegExp]>([
    [
      "of something else is refused",
      (cluster) => writeFileSync(join(cluster, "precious"), "data"),
      /is not a PostgreSQL data directory/,
    ],
    [
      "of another major version is refused",
      (cluster) => writeFileSync(join(cluster, "PG_VERSION"), "17\n"),
      /was made by PostgreSQL 17, but this installation has PostgreSQL 18/,
    ],
    [
      "without its password is refused",
      (cluster) => writeFileSync(join(cluster, "PG_VERSION"), "18\n"),
      /password is missing/,
    ],
  ])("%s, and left as it is", async (_name, fill, reason) => {
    mkdirSync(here.cluster, { recursive: true });
    fill(here.cluster);
    await expect(here.start()).rejects.toMatchObject({
      code: "CANNOT_START",
      message: expect.stringMatching(reason),
    });
    expect(existsSync(here.cluster)).toBe(true);
    rmSync(here.cluster, { recursive: true });
  });

  test("that is empty is used", async () => {
    mkdirSync(here.cluster, { recursive: true });
    await expect(here.start()).resolves.toBeDefined();
  });
});
