import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { DIRT, type Dirt, PROTECTED, SEATS } from "./dirt.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";
import { acceptAll, again, doubles, seenStrangers, strangers } from "./storm.ts";

/*
 * Random edits of a directory with the dirt of real data: whoever can be in is in, at the right place, and
 * nobody else is.
 */

/**
 * How many seeds: one of all kinds mixed with every test run; more, and each kind alone as well, with `npm
 * run test:faults`.
 */
const FAULT_SEEDS = Number(process.env["FAULT_SEEDS"] ?? 2);
const SEEDS = Math.ceil(FAULT_SEEDS / 4);

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
});
afterEach(() => env.close());

/** Kinds of entity that may be parked at the end, with each kind of dirt: nobody else may be. */
const MAY_BE_PARKED: Readonly<Partial<Record<Dirt, readonly string[]>>> = {
  sharedPhones: ["user"],
  sharedMailboxes: ["user"],
  malformedValues: ["user"],
  missingMobiles: ["user"],
  twinDepartments: ["department"],
  fullDepartments: ["user"],
};

async function administratorsAmong(userids: readonly string[]): Promise<readonly string[]> {
  const { users } = await env.state();
  return users
    .filter((user) => user["admin"] === true && userids.includes(user.userid))
    .map(({ userid }) => userid);
}

async function storm(seed: number, dirt: readonly Dirt[]): Promise<void> {
  const random = createRandom(seed);
  const kinds = new Set(dirt);
  const directory = createRandomDirectory(env, random, kinds);
  const before = await strangers(env);
  await env.control("switches", {
    ...(kinds.has("fullDepartments") ? { maxDepartmentMembers: SEATS } : {}),
    ...(kinds.has("invitedPeople") ? { protectedMobiles: PROTECTED } : {}),
  });
  const made = new Set<string>();
  for (let n = 0; n < 15; n++) await directory.edit();
  env.startWorker();
  for (let n = 0; n < 25; n++) {
    if (kinds.has("lateAdministrators") && random() < 0.4) {
      const { users } = await env.state();
      const person = users.filter(({ userid }) => !userid.startsWith("stranger"))[Math.floor(random() * 4)];
      if (person) {
        await env.control("edit", { call: "admin", body: { userid: person.userid, sys_level: 2 } });
        made.add(person.userid);
      }
    }
    if (kinds.has("invitedPeople") && random() < 0.3) await acceptAll(env);
    await directory.edit();
  }
  if (kinds.has("lateAdministrators")) {
    await again(env);
    expect([...(await administratorsAmong([...made]))].sort()).toEqual([...made].sort());
    for (const userid of made) await env.control("edit", { call: "admin", body: { userid, sys_level: 0 } });
  }
  await again(env);
  if (kinds.has("invitedPeople")) {
    await sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);
    await again(env);
  }

  const { rows } = await env.pool.query(
    "select kind, entity_id, state, reason from entity_states where state <> 'inSync'",
  );
  expect(await directory.differences()).toEqual([]);
  expect(await doubles(env)).toEqual([]);
  expect(await seenStrangers(env)).toEqual(before);
  const mayBeParked = dirt.flatMap((kind) => MAY_BE_PARKED[kind] ?? []);
  expect(rows.filter(({ kind, state }) => state !== "parked" || !mayBeParked.includes(kind))).toEqual([]);
  // What stays out stays out quietly: a comparison finds nothing to do about the rest.
  const { missing } = await sweep(
    { ...env.connect(), clock: systemClock },
    "cli",
    new AbortController().signal,
  );
  expect(missing).toBe(0);
}

if (FAULT_SEEDS >= 8) {
  test.each(
    DIRT.flatMap((kind, at) =>
      Array.from({ length: SEEDS }, (_, turn) => [kind, 2_000 + 100 * at + turn] as const),
    ),
  )(
    "%s, seed %s",
    async (kind, seed) => {
      await storm(seed, [kind]);
    },
    120_000,
  );
}

test.each(Array.from({ length: SEEDS }, (_, seed) => 3_000 + seed))(
  "all kinds together, seed %s",
  async (seed) => {
    await storm(seed, DIRT);
  },
  120_000,
);
