import { killGroup, openPlace, type Place, postgresIn, runCommand } from "../support/server.ts";

// What waits for something else is looked at again after thirty seconds at the latest, should the wake-up be missed.
jest.setTimeout(75_000);

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.clear());

test("kill -9 in the middle of a demo: started again at once, it converges, and no acknowledged write is missing", async () => {
  const server = await place.start();
  const demo = runCommand(["demo", "--users", "24", "--departments", "6", "--rate", "60", "--json"], place.settings);
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
  const demo = runCommand(["demo", "--users", "60", "--rate", "0", "--patience", "1", ...token], place.settings);
  await demo.says(/(initial cycle: \d+ of \d+\s+){5}/);
  const beganMs = performance.now();
  server.child.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(performance.now() - beganMs).toBeLessThan(10_000);
  expect(postgresIn(place.dataDir)).toBeUndefined();
  await expect(fetch(place.simulatorUrl)).rejects.toThrow();
  expect(await demo.ended()).toBe(3);
  expect(demo.stderr).toContain("has been away for 1 s");
});
