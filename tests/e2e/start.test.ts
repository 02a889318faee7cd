import { createServer } from "node:http";
import { openPlace, type Place, postgresIn, runCommand, tokenIn } from "../support/server.ts";

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.clear());

const users = async (token: string) =>
  (await fetch(`${place.url}/scim/v2/Users`, { headers: { authorization: `Bearer ${token}` } })).status;

test("from nothing it is ready within ten seconds and says where everything is; the token is shown once and stays good", async () => {
  const beganMs = performance.now();
  const first = await place.start();
  expect(performance.now() - beganMs).toBeLessThan(10_000);
  expect((await fetch(`${place.url}/readyz`)).status).toBe(200);
  for (const shown of [
    `${place.url}/scim/v2`,
    `${place.url}/docs`,
    place.simulatorUrl,
    place.dataDir,
    "mode sync",
  ]) {
    expect(first.stderr).toContain(shown);
  }
  const token = tokenIn(first.stderr)!;
  expect(await users(token)).toBe(200);

  first.child.kill("SIGTERM");
  expect(await first.ended()).toBe(0);
  expect(postgresIn(place.dataDir)).toBeUndefined();
  const second = await place.start();
  expect(second.stderr).not.toContain("sdt_");
  expect(await users(token)).toBe(200);
});

test("BOOTSTRAP_TOKEN is the way in, and no other one is made", async () => {
  const token = "a".repeat(40);
  const server = await place.start({ BOOTSTRAP_TOKEN: token });
  expect(server.stderr).not.toContain("sdt_");
  expect(server.stderr).not.toContain(token);
  expect(await users(token)).toBe(200);
});

test("wrong settings are all told at once, and nothing is started", async () => {
  const run = runCommand(["serve"], {
    ...place.settings,
    PORT: "0",
    ROLE: "boss",
    SYNC_MODE: "maybe",
    DINGTALK_APP_KEY: "only-this",
  });
  expect(await run.ended()).toBe(3);
  for (const name of ["PORT", "ROLE", "SYNC_MODE", "DINGTALK_APP_SECRET and DINGTALK_CORP_ID"]) {
    expect(run.stderr).toContain(`  - ${name} must`);
  }
  expect(run.stderr).not.toContain("only-this");
  expect(postgresIn(place.dataDir)).toBeUndefined();
});

test.each(["PORT", "SIMULATOR_PORT"])(
  "a %s that somebody else has is named, and nothing is left running",
  async (name) => {
    const taken = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => taken.listen(Number(place.settings[name]), "127.0.0.1", resolve));
    const run = runCommand(["serve"], place.settings);
    expect(await run.ended()).toBe(3);
    expect(run.stderr).toMatch(new RegExp(`choose another ${name}`));
    expect(postgresIn(place.dataDir)).toBeUndefined();
    await new Promise((resolve) => taken.close(resolve));
  },
);

test("a second server on the same data directory is told who has it", async () => {
  const { child } = await place.start();
  const other = await openPlace();
  const second = runCommand(["serve"], { ...other.settings, DATA_DIR: place.dataDir });
  expect(await second.ended()).toBe(3);
  expect(second.stderr).toContain(`in use by process ${child.pid}`);
  expect((await fetch(`${place.url}/readyz`)).status).toBe(200);
  await other.clear();
});
