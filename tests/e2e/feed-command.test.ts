import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPlace, type Place, runCommand, tokenIn } from "../support/server.ts";

/* How far consumers of the feed are, from the command line, beside the running server. */

const RISC = "  - { name: risc, kind: poll, audience: https://receiver.example.com }\n";
const OTHER = "  - { name: other, kind: poll, audience: https://receiver.example.com }\n";

let place: Place;
let file: string;
let token: string;
beforeAll(async () => {
  place = await openPlace();
  file = join(place.dataDir, "feed.yaml");
  writeFileSync(file, `version: 1\nsinks:\n${RISC}${OTHER}`);
  token = tokenIn((await place.start({ FEED_FILE: file })).stderr) ?? "";
});
afterAll(() => place.clear());

async function feed(...args: readonly string[]) {
  const run = runCommand(["feed", ...args], { ...place.settings, FEED_FILE: file });
  const code = await run.ended();
  return { code, stdout: run.stdout, stderr: run.stderr };
}
const ask = async (path: string, body?: object) => {
  const answer = await fetch(place.url + path, {
    method: body ? "POST" : "GET",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": path.startsWith("/scim") ? "application/scim+json" : "application/json",
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as Record<string, unknown>;
};
const poll = async (body: object = {}) =>
  Object.keys((await ask("/api/feed/risc/poll", { returnImmediately: true, ...body }))["sets"] as object);
const statusOf = async (name: string) => {
  const { stdout } = await feed("status", "--json");
  return JSON.parse(stdout).consumers.find((each: { name: string }) => each.name === name);
};

test("a consumer is seen, is sent things again, gives up what it has not got, and is forgotten", async () => {
  await poll();
  const add = (userName: string) =>
    ask("/scim/v2/Users", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName,
      displayName: userName,
    });
  await add("first");
  await add("second");
  const sets = await poll();
  expect(sets).toHaveLength(2);
  expect((await statusOf("risc")).behind).toBeGreaterThanOrEqual(2);
  await poll({ ack: sets });
  const { position } = await statusOf("risc");
  expect(await statusOf("risc")).toMatchObject({ kind: "poll", failures: 0, error: null });

  expect(await feed("replay", "risc", "--from", "1")).toMatchObject({
    code: 0,
    stdout: "risc gets everything from 1 on again.\n",
  });
  expect(await poll()).toEqual(expect.arrayContaining(sets));
  expect(await feed("replay", "risc", "--from", "999999")).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("no position 999999"),
  });
  expect((await feed("replay", "nobody", "--from", "1")).code).toBe(2);

  const reset = JSON.parse((await feed("reset", "risc", "--json")).stdout);
  expect(reset).toMatchObject({ consumer: "risc", forgotten: false });
  expect(await poll()).toEqual([]);
  expect((await statusOf("risc")).position).toBeGreaterThanOrEqual(position);

  // Taken out of the file: what is known of it can go.
  writeFileSync(file, `version: 1\nsinks:\n${OTHER}`);
  expect(await statusOf("risc")).toMatchObject({ kind: null });
  expect((await feed("reset", "risc")).stdout).toMatch(/^risc is deleted; its position was \d+\.\n$/);
  expect(await statusOf("risc")).toBeUndefined();
  const { events } = await ask(`/api/history?filter=${encodeURIComponent('code eq "operator.replay"')}`);
  expect(
    (events as { actor: string; detail: object }[]).map(({ actor, detail }) => ({ actor, ...detail })),
  ).toMatchObject([
    { actor: "cli", consumer: "risc", forgotten: true },
    { actor: "cli", consumer: "risc", forgotten: false },
    { actor: "cli", consumer: "risc", from: 1 },
  ]);
}, 120_000);
