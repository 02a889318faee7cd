import type { JsonObject } from "../../../src/core/entity.ts";
import type { TestEnvironment } from "../../support/test-environment.ts";

/* What tests of random edits have in common: people and departments that are not ours, and what has to hold whatever happened. */

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

/** Bans, quotas and missing permissions last longer than a test: the administrator mends them, and the operator lets everything be tried again. */
export async function mend(env: TestEnvironment): Promise<void> {
  await env.control("faults", {});
  // What is on its way may still meet with the last of them.
  for (;;) {
    const { rows } = await env.pool.query("select 1 from entity_states where lease is not null");
    if (rows.length === 0) break;
  }
  await env.pool.query("update target_states set paused_until = null");
  await env.pool.query("update rate_limits set blocked_until = '-infinity', free_at = now()");
  await env.pool.query("update entity_states set state = 'due', next_at = now(), attempts = 0 where state <> 'inSync'");
}

/** Nobody is made twice, whatever was lost on the way. */
export async function doubles(env: TestEnvironment): Promise<unknown> {
  const { users, departments } = await env.state();
  const twice = (values: readonly unknown[]): unknown[] => values.filter((value, at) => value && values.indexOf(value) !== at);
  return [
    ...twice(users.map((user) => `${user["state_code"]}-${user["mobile"]}`)),
    ...twice(departments.map((department) => department.source_identifier)),
  ];
}
