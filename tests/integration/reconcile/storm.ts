import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import type { TestEnvironment } from "../../support/test-environment.ts";

/*
 * What tests of random edits have in common: people and departments that are not ours, and what has to hold
 * whatever happened.
 */

const edit = (env: TestEnvironment, call: string, body: JsonObject) => env.control("edit", { call, body });

/** People and departments nobody gave us, some with names our own will want. */
export async function strangers(env: TestEnvironment): Promise<unknown> {
  await edit(env, "/topapi/v2/department/create", { name: "Theirs", parent_id: 1 });
  const theirs = (await env.state()).departments.find(({ name }) => name === "Theirs")!.dept_id;
  await edit(env, "/topapi/v2/department/create", { name: "Sales", parent_id: theirs });
  for (const n of [1, 2, 3]) {
    await edit(env, "/topapi/v2/user/create", {
      userid: `stranger${n}`,
      name: "李娜",
      mobile: `+852-6123000${n}`,
      dept_id_list: n === 1 ? "1" : String(theirs),
    });
  }
  return seenStrangers(env);
}

export async function seenStrangers(env: TestEnvironment): Promise<unknown> {
  const { users, departments } = await env.state();
  return [
    users.filter(({ userid }) => userid.startsWith("stranger")),
    departments.filter(({ dept_id, source_identifier }) => dept_id > 1 && !source_identifier),
  ];
}

/**
 * Bans, quotas and missing permissions last longer than a test: the administrator mends them, and the
 * operator lets everything be tried again.
 */
export async function mend(env: TestEnvironment): Promise<void> {
  await env.control("faults", {});
  // What is on its way may still meet with the last of them.
  for (;;) {
    const { rows } = await env.pool.query("select 1 from entity_states where lease is not null");
    if (rows.length === 0) break;
  }
  await env.pool.query("update target_states set paused_until = null");
  await env.pool.query("update rate_limits set blocked_until = '-infinity', free_at = now()");
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now(), attempts = 0 where state <> 'inSync'",
  );
}

/** Whoever was invited agrees, whatever has become of them here. Answers whether anybody joined. */
export async function acceptAll(env: TestEnvironment): Promise<boolean> {
  const { organisation, users: before } = (await env.state()) as unknown as {
    organisation: { invitations: { mobile: string }[] };
    users: unknown[];
  };
  for (const { mobile } of organisation.invitations)
    await env.control("edit", { call: "accept", body: { mobile } });
  return (await env.state()).users.length > before.length;
}

/**
 * Nothing moves any more, but for those who wait for one of these reasons. Two that wait for each other are
 * let go after 30 s.
 */
async function still(env: TestEnvironment, but: readonly string[]): Promise<void> {
  for (const end = systemClock.monotonicMs() + 50_000; ; await systemClock.sleep(20)) {
    const { rows } = await env.pool.query(
      `select kind, entity_id, state, reason from entity_states where lease is not null or state = 'due'
         or (state = 'waiting' and reason_code <> all ($1))`,
      [but],
    );
    if (rows.length === 0) return;
    if (systemClock.monotonicMs() > end) throw new Error(`not quiet: ${JSON.stringify(rows.slice(0, 5))}`);
  }
}

/** While an invitation is open, or before the next look at it. */
const INVITED = ["invitationPending", "invitationOpen", "invitedLeaver"];

/** Everything is tried again until nobody who was invited joins any more. */
export async function again(env: TestEnvironment): Promise<void> {
  do {
    await mend(env);
    await still(env, [...INVITED, "waitingForManager"]);
  } while (await acceptAll(env));
  await still(env, INVITED);
}

/** Nobody is made twice, whatever was lost on the way. */
export async function doubles(env: TestEnvironment): Promise<unknown> {
  const { users, departments } = await env.state();
  const twice = (values: readonly unknown[]): unknown[] =>
    values.filter((value, at) => value && values.indexOf(value) !== at);
  return [
    ...twice(users.map((user) => `${user["state_code"]}-${user["mobile"]}`)),
    ...twice(departments.map((department) => department.source_identifier)),
  ];
}
