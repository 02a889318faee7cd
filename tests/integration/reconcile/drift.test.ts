import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { createRandom, createRandomDirectory, type Random } from "./random-directory.ts";

let env: TestEnvironment;
let hand: Connection;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
  hand = env.connect();
});
afterEach(() => env.close());

const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });

/** What an administrator may do to our people and departments, and beside them. */
async function meddle(random: Random): Promise<void> {
  const { users, departments } = await env.state();
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const user = users.length > 0 ? any(users) : undefined;
  const department = any(departments);
  const acts: (() => Promise<void>)[] = [
    () =>
      edit("/topapi/v2/department/create", {
        name: `Theirs ${Math.floor(random() * 1e9)}`,
        parent_id: department.dept_id,
      }),
    async () => {
      if (user)
        await edit("/topapi/v2/user/update", { userid: user.userid, title: "King", name: "Somebody" });
    },
    async () => {
      if (user)
        await edit("/topapi/v2/user/update", {
          userid: user.userid,
          dept_id_list: String(department.dept_id),
        });
    },
    async () => {
      if (user) await edit("/topapi/v2/user/delete", { userid: user.userid });
    },
    async () => {
      if (department.dept_id !== 1)
        await edit("/topapi/v2/department/update", {
          dept_id: department.dept_id,
          name: `Other ${Math.floor(random() * 1e9)}`,
        });
    },
    async () => {
      if (department.dept_id !== 1)
        await edit("/topapi/v2/department/update", { dept_id: department.dept_id, parent_id: 1 });
    },
    // A list that the directory says nothing of is theirs.
    async () => {
      if (department.dept_manager_userid_list.length === 0) return;
      const inside = users.filter(({ dept_id_list }) => dept_id_list.includes(department.dept_id));
      const managers = random() < 0.5 || inside.length === 0 ? "" : any(inside).userid;
      const body = { dept_id: department.dept_id, dept_manager_userid_list: managers };
      await edit(
        "/topapi/v2/department/update",
        managers ? body : { ...body, force_update_fields: "dept_manager_userid_list" },
      );
    },
  ];
  // The simulator refuses what DingTalk would (two of one name): then nothing happened.
  await any(acts)();
}

/** All of them with `npm run test:faults`. */
const SEEDS = [1, 2, 3, 4, 5, 6].slice(0, Number(process.env["FAULT_SEEDS"] ?? 2));

test.each(SEEDS)(
  "whatever administrators did, a comparison finds it, and the next one finds nothing, seed %s",
  async (seed) => {
    const random = createRandom(seed);
    const directory = createRandomDirectory(env, random);
    for (let n = 0; n < 25; n++) await directory.edit();
    env.startWorker();
    await env.quiet();
    expect(await compare()).toMatchObject({ differing: 0, missing: 0 });

    for (let n = 0; n < 12; n++) await meddle(random);
    await compare();
    await env.quiet();
    expect(await directory.differences()).toEqual([]);
    expect(await compare()).toMatchObject({ differing: 0, missing: 0, repaired: 0 });
    // Whoever has a note and was seen otherwise than remembered is looked at once more, without a call.
    await env.quiet();
    expect(
      (await env.pool.query("select kind, reason from entity_states where state <> 'inSync'")).rows,
    ).toEqual([]);
  },
);
