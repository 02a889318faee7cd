import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { ended, firstLine, startProgram } from "../../support/programs.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { type RunningListener, settled, startListening } from "../hints/listening.ts";
import { type Dirt, PROTECTED } from "./dirt.ts";
import { TIMES } from "./late-calls.ts";
import { createRandom, createRandomDirectory, type Random } from "./random-directory.ts";
import { acceptAll, again, doubles, seenStrangers, strangers } from "./storm.ts";

/*
 * Everything at once: a directory that is edited at random, people who share numbers and are invited,
 * administrators and people who change DingTalk by themselves, events that are lost, repeated and cut off,
 * and a worker that is killed. After the last comparison everything is as the directory says, and nothing is
 * sent any more.
 */

const FAULT_SEEDS = Number(process.env["FAULT_SEEDS"] ?? 2);
const SEEDS = Math.ceil(FAULT_SEEDS / 4);
const STEPS = 45;
const KINDS: readonly Dirt[] = ["sharedPhones", "sharedMailboxes", "invitedPeople", "lateAdministrators"];

let env: TestEnvironment;
let listener: RunningListener | undefined;
const programs: ChildProcess[] = [];
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10, times: TIMES });
});
afterEach(async () => {
  await listener?.stop();
  listener = undefined;
  for (const program of programs.splice(0)) await kill(program);
  await env.close();
});

async function kill(program: ChildProcess): Promise<void> {
  program.kill("SIGKILL");
  await ended(program);
}

async function startVictim(): Promise<ChildProcess> {
  const { databaseUrl, dingtalk } = env;
  const times = [String(TIMES.leaseMs), String(TIMES.callLifeMs), "0"];
  const program = startProgram(join(__dirname, "worker-process.ts"), [databaseUrl, dingtalk, ...times]);
  programs.push(program);
  expect(await firstLine(program)).toBe("ready");
  return program;
}

const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });

/**
 * What people and administrators do there to our people and departments. What DingTalk refuses has not
 * happened.
 */
async function meddle(random: Random): Promise<void> {
  const { users, departments } = await env.state();
  const any = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const userid = any(users.filter((user) => !user.userid.startsWith("stranger")))?.userid;
  const ours = departments.filter(({ source_identifier }) => source_identifier);
  const department = any(ours);
  const acts: readonly (() => Promise<unknown>)[] = [
    async () =>
      userid &&
      edit("/topapi/v2/user/update", {
        userid,
        title: "King",
        name: "Somebody",
        telephone: String(Math.floor(random() * 1e8)),
      }),
    async () =>
      userid && edit("/topapi/v2/user/update", { userid, dept_id_list: String(department?.dept_id ?? 1) }),
    async () => userid && edit("/topapi/v2/user/update", { userid, email: "" }),
    async () => userid && edit("/topapi/v2/user/delete", { userid }),
    async () => userid && edit("leave", { userid }),
    async () => userid && edit("activate", { userid }),
    async () => userid && edit("admin", { userid, sys_level: random() < 0.5 ? 2 : 0 }),
    async () =>
      department &&
      edit("/topapi/v2/department/update", {
        dept_id: department.dept_id,
        name: `Other ${Math.floor(random() * 1e9)}`,
      }),
    async () =>
      department &&
      edit("/topapi/v2/department/update", { dept_id: department.dept_id, parent_id: any(ours)!.dept_id }),
    async () =>
      department &&
      edit("/topapi/v2/department/update", {
        dept_id: department.dept_id,
        dept_manager_userid_list: "",
        force_update_fields: "dept_manager_userid_list",
      }),
    () => acceptAll(env),
  ];
  await acts[Math.floor(random() * acts.length)]!();
}

/** What goes wrong on the way of events. */
async function disturb(random: Random): Promise<void> {
  const acts: readonly JsonObject[] = [
    { action: "cut" },
    { action: "disconnect" },
    { action: "replay", times: 2 },
  ];
  if (random() < 0.5) await env.control("stream", acts[Math.floor(random() * acts.length)]!);
  else await env.control("switches", { stream: { dropPercent: random() < 0.5 ? 0 : 40 } });
}

/**
 * Writes that DingTalk has taken. Whoever was refused a shared value is tried once more with each comparison,
 * and refused again.
 */
const taken = async (): Promise<number> =>
  (
    await env.pool.query(
      "select count(*)::int as n from history where code = 'target.outcome' and outcome = 'done'",
    )
  ).rows[0].n;

test.each(Array.from({ length: SEEDS }, (_, seed) => 5_000 + seed))(
  "whatever happens at once, it comes to what the directory says, seed %s",
  async (seed) => {
    const random = createRandom(seed);
    const directory = createRandomDirectory(env, random, new Set(KINDS));
    const before = await strangers(env);
    await env.control("switches", { protectedMobiles: PROTECTED });
    for (let n = 0; n < 12; n++) await directory.edit();
    const worker = env.startWorker();
    listener = await startListening(env, worker);
    let victim = await startVictim();
    for (let step = 0; step < STEPS; step++) {
      await directory.edit();
      if (random() < 0.5) await meddle(random);
      if (random() < 0.2) await disturb(random);
      if (random() < 0.1) {
        await kill(victim);
        victim = await startVictim();
      }
      if (random() < 0.1) {
        await listener.stop();
        listener = await startListening(env, worker);
      }
    }
    await kill(victim);
    await env.control("switches", { stream: { dropPercent: 0 } });
    for (const { userid, admin } of (await env.state()).users)
      if (admin === true) await edit("admin", { userid, sys_level: 0 });
    const compare = () =>
      sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);
    // What a comparison finds may free what another one needs.
    for (let round = 0; round < 3; round++) {
      await again(env);
      await settled(env);
      await compare();
    }
    await again(env);

    expect(await directory.differences()).toEqual([]);
    expect(await doubles(env)).toEqual([]);
    expect(await seenStrangers(env)).toEqual(before);
    const { rows } = await env.pool.query(
      `select i.id, count(o.id)::int as outcomes from history i left join history o on o.code = 'target.outcome' and o.causes @> array[i.id]
        where i.code = 'target.intent' group by 1 having count(o.id) <> 1`,
    );
    expect(rows).toEqual([]);
    await settled(env);
    const [done, { missing, differing }] = [await taken(), await compare()];
    await again(env);
    await settled(env);
    expect([missing, differing, await taken()]).toEqual([0, 0, done]);
  },
  240_000,
);
