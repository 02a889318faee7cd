import type { JsonObject } from "../../../src/core/entity.ts";
import type { House } from "../../support/house.ts";

/* What tests of random edits have in common: people and departments that are not ours, and what has to hold whatever happened. */

const edit = (house: House, call: string, body: JsonObject) => house.control("edit", { call, body });

/** People and departments nobody gave us, some with names our own will want. */
export async function strangers(house: House): Promise<unknown> {
  await edit(house, "/topapi/v2/department/create", { name: "Theirs", parent_id: 1 });
  const theirs = (await house.state()).departments.find(({ name }) => name === "Theirs")!.dept_id;
  await edit(house, "/topapi/v2/department/create", { name: "Sales", parent_id: theirs });
  for (const n of [1, 2, 3]) {
    await edit(house, "/topapi/v2/user/create", {
      userid: `stranger${n}`,
      name: "李娜",
      mobile: `+852-6123000${n}`,
      dept_id_list: n === 1 ? "1" : String(theirs),
    });
  }
  return seenStrangers(house);
}

export async function seenStrangers(house: House): Promise<unknown> {
  const { users, departments } = await house.state();
  return [
    users.filter(({ userid }) => userid.startsWith("stranger")),
    departments.filter(({ dept_id, source_identifier }) => dept_id > 1 && !source_identifier),
  ];
}

/** Bans, quotas and missing permissions last longer than a test: the administrator mends them, and the operator lets everything be tried again. */
export async function mend(house: House): Promise<void> {
  await house.control("faults", {});
  // What is on its way may still meet with the last of them.
  for (;;) {
    const { rows } = await house.pool.query("select 1 from entity_states where lease is not null");
    if (rows.length === 0) break;
  }
  await house.pool.query("update target_states set paused_until = null");
  await house.pool.query("update rate_limits set blocked_until = '-infinity', free_at = now()");
  await house.pool.query("update entity_states set state = 'due', next_at = now(), attempts = 0 where state <> 'inSync'");
}

/** Nobody is made twice, whatever was lost on the way. */
export async function doubles(house: House): Promise<unknown> {
  const { users, departments } = await house.state();
  const twice = (values: readonly unknown[]): unknown[] => values.filter((value, at) => value && values.indexOf(value) !== at);
  return [
    ...twice(users.map((user) => `${user["state_code"]}-${user["mobile"]}`)),
    ...twice(departments.map((department) => department.source_identifier)),
  ];
}
