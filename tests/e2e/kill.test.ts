import { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { startLoad } from "../support/network/load.ts";
import { createTestDatabase } from "../support/postgres/test-database.ts";
import { killGroup, openPlace, type Place, postgresIn, runCommand } from "../support/server.ts";

// What waits for something else is looked at again after thirty seconds at the latest, should the wake-up be
// missed.
jest.setTimeout(75_000);

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.clear());

test("kill -9 in the middle of a demo: started again at once, it converges, and no acknowledged write is missing", async () => {
  const server = await place.start();
  const demo = runCommand(
    ["demo", "--users", "24", "--departments", "6", "--rate", "60", "--json"],
    place.settings,
  );
  await demo.says(/(initial cycle: \d+ of \d+\s+){5}/);
  killGroup(server);
  await server.ended();
  await place.start();
  expect(await demo.ended()).toBe(0);
  const { problems, lost, interruptions } = JSON.parse(demo.stdout);
  expect(problems).toEqual([]);
  expect(lost).toEqual([]);
  expect(interruptions.away).toBeGreaterThan(0);
});

test("SIGTERM under load ends all of it within ten seconds, PostgreSQL too", async () => {
  const server = await place.start();
  const token = ["--token", /sdt_\S+/.exec(server.stderr)![0]];
  const demo = runCommand(
    ["demo", "--users", "60", "--rate", "0", "--patience", "1", ...token],
    place.settings,
  );
  await demo.says(/(initial cycle: \d+ of \d+\s+){5}/);
  const beganMs = performance.now();
  server.child.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(performance.now() - beganMs).toBeLessThan(10_000);
  expect(postgresIn(place.dataDir)).toBeUndefined();
  await expect(fetch(place.simulatorUrl)).rejects.toThrow();
  expect(await demo.ended()).toBe(3);
  expect(demo.stderr).toContain("has not answered for 1 s");
});

test("kill -9 with 32 writers: each acknowledged write has one event, each event its entry within half a minute, and the log verifies", async () => {
  const database = await createTestDatabase();
  const pool = new Client({ connectionString: database.url });
  await pool.connect();
  const token = "a-bootstrap-token-of-forty-characters-00";
  const settings = {
    DATABASE_URL: database.url,
    BOOTSTRAP_TOKEN: token,
    RATE_LIMIT_PER_CLIENT: "0",
    DINGTALK_QPS: "1000",
    LOG_LEVEL: "silent",
  };
  let server = await place.start(settings);
  const load = startLoad(place.url, token, 32);
  const acknowledged = () => load.sent.flatMap(({ id }) => (id === undefined ? [] : [id]));
  for (let round = 0; round < 3; round++) {
    const before = acknowledged().length;
    while (acknowledged().length < before + 150) await systemClock.sleep(20);
    killGroup(server);
    await server.ended();
    server = await place.start(settings);
  }
  await load.stop();
  const stopped = new Date();
  const ids = acknowledged();

  const { rows: without } = await pool.query(
    "select u.id from unnest($1::uuid[]) u(id) where (select count(*) from history h where h.subject = u.id and h.code = 'user.created') <> 1",
    [ids],
  );
  expect(without).toEqual([]);
  const unsealed = async () =>
    Number(
      (
        await pool.query(
          "select count(*) as n from history h where h.at <= $1 and not exists (select from history_leaves l where l.event = h.id)",
          [stopped],
        )
      ).rows[0].n,
    );
  const beganMs = systemClock.monotonicMs();
  while ((await unsealed()) > 0 && systemClock.monotonicMs() - beganMs < 30_000) await systemClock.sleep(100);
  expect(await unsealed()).toBe(0);
  const verify = runCommand(["history", "verify", "--json"], { ...place.settings, ...settings });
  expect([await verify.ended(), verify.stderr]).toEqual([0, ""]);
  const { verified } = JSON.parse(verify.stdout) as { verified: { size: number } };
  expect(verified.size).toBeGreaterThanOrEqual(ids.length);
  await pool.end();
  await place.clear();
  await database.drop();
});
