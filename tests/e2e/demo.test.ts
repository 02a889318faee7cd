import { openPlace, type Place, runCommand } from "../support/server.ts";

// What waits for something else is looked at again after thirty seconds at the latest, should the wake-up be
// missed.
jest.setTimeout(75_000);

let place: Place;
beforeAll(async () => {
  place = await openPlace();
  // No limits: this is about what is sent, not how fast.
  await place.start({ DINGTALK_QPS: "1000" });
  await control("limits", { qps: 0 });
});
afterAll(() => place.clear());

const SMALL = ["demo", "--users", "16", "--departments", "6", "--rate", "0"];

async function control(path: string, body: object): Promise<void> {
  const answer = await fetch(`${place.simulatorUrl}/_sim/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

test("the sandbox DingTalk ends equal to the directory, every call is accounted for, and the same again changes nothing", async () => {
  const run = runCommand([...SMALL, "--json"], place.settings);
  expect(await run.ended()).toBe(0);
  const result = JSON.parse(run.stdout);
  expect(result.problems).toEqual([]);
  expect(result.people).toMatchObject({ dingtalk: result.people.active });
  expect(result.cycles.map(({ name }: { name: string }) => name)).toEqual([
    "initial cycle",
    "change cycle",
    "leaver cycle",
    "repeated cycle",
  ]);
  expect(result.cycles[3]).toMatchObject({ calls: 0, differences: [] });
  expect(result.account.arrived).toEqual(result.account.sent);
});

test("a company that was played before is left as it stands; what was changed behind the directory's back is told, with exit code 1", async () => {
  const { users } = (await (await fetch(`${place.simulatorUrl}/_sim/state`)).json()) as {
    users: { userid: string; title?: string }[];
  };
  const { userid, title } = users.find((user) => user.title)!;
  // DingTalk would tell of it, and it would be put right before anybody compares.
  await control("switches", { stream: { dropPercent: 100 } });
  await control("edit", { call: "/topapi/v2/user/update", body: { userid, title: "Somebody else" } });
  const run = runCommand(SMALL, place.settings);
  expect(await run.ended()).toBe(1);
  expect(run.stdout).toContain("An earlier demo played this company");
  expect(run.stdout).toMatch(/initial cycle +│ +0 │ +[\d.]+ │ +0 │ +0 │ +1/);
  expect(run.stdout).toContain(`title is ${title} in the directory, Somebody else in DingTalk`);
});

test("the comparison finds it and the server mends it; then there is nothing left to find, to plan or to complain about", async () => {
  const command = async (...args: readonly string[]) => {
    const run = runCommand(args, place.settings);
    return { code: await run.ended(), stdout: run.stdout };
  };
  const found = await command("sync", "--json");
  expect([found.code, JSON.parse(found.stdout)]).toEqual([
    1,
    expect.objectContaining({ differing: 1, missing: 0, orphans: 0 }),
  ]);
  const mended = await command(...SMALL);
  expect(mended.code).toBe(0);
  expect(await command("sync")).toMatchObject({ code: 0 });
  const plan = await command("plan", "--user", "STAFF.0006@company-1.example", "--explain");
  expect(plan).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^nothing to do\n(.*\n)*job_number: C1-0006\n/),
  });
  expect(await command("plan", "--user", "nobody@company-1.example")).toMatchObject({ code: 2 });
  expect(await command("doctor", "--json")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"problems": []'),
  });
});

test("a rollout takes over who was there, holds a mass removal by mistake, and leaves the mode as it was", async () => {
  const run = runCommand(
    ["demo", "--rollout", "--users", "24", "--departments", "6", "--rate", "0", "--json"],
    place.settings,
  );
  const code = await run.ended();
  const { problems, steps, left, size } = JSON.parse(run.stdout);
  expect(problems).toEqual([]);
  expect(code).toBe(0);
  expect(steps.map(({ name }: { name: string }) => name)).toEqual([
    "by hand",
    "directory",
    "assess",
    "adopt",
    "correct",
    "plan",
    "upsert",
    "sync",
    "mistake",
    "taken back",
  ]);
  // The company of the other demo is number 1. Its leavers have used up a part of what may leave in a day.
  expect(size.seed).toBeGreaterThanOrEqual(1);
  expect(left.length).toBeLessThanOrEqual(5);
  const status = runCommand(["mode", "sync", "--json"], place.settings);
  expect(await status.ended()).toBe(0);
});

test("its own token is revoked at the end, and when it is interrupted", async () => {
  const interrupted = runCommand([...SMALL, "--seed", "2"], place.settings);
  await interrupted.says("initial cycle:");
  interrupted.child.kill("SIGINT");
  expect(await interrupted.ended()).toBe(3);
  const list = runCommand(["token", "list", "--json"], place.settings);
  expect(await list.ended()).toBe(0);
  const own = JSON.parse(list.stdout).filter(({ name }: { name: string }) => name === "demo");
  expect(own.length).toBe(5);
  expect(own.filter(({ revokedAt }: { revokedAt?: string }) => revokedAt === undefined)).toEqual([]);
});

test.each([
  ["nobody listens there", ["--url", "http://127.0.0.1:9"], 3, "no server answers at http://127.0.0.1:9"],
  ["the token is wrong", ["--token", "sdt_test_wrong"], 3, "401"],
])("%s", async (_what, more, code, told) => {
  const run = runCommand([...SMALL, ...more], place.settings);
  expect(await run.ended()).toBe(code);
  expect(run.stderr).toContain(told);
});

test("a server that works on a real organisation is left alone", async () => {
  const real = await openPlace();
  const token = "r".repeat(40);
  const unreachable = "http://127.0.0.1:9";
  await real.start({
    BOOTSTRAP_TOKEN: token,
    DINGTALK_APP_KEY: "key",
    DINGTALK_APP_SECRET: "secret",
    DINGTALK_CORP_ID: "ding1",
    DINGTALK_OAPI_URL: unreachable,
    DINGTALK_API_URL: unreachable,
  });
  const run = runCommand([...SMALL, "--token", token], real.settings);
  expect(await run.ended()).toBe(3);
  expect(run.stderr).toContain("the demo needs a sandbox");
  const { totalResults } = (await (
    await fetch(`${real.url}/scim/v2/Users`, { headers: { authorization: `Bearer ${token}` } })
  ).json()) as {
    totalResults: number;
  };
  expect(totalResults).toBe(0);
  await real.clear();
});
