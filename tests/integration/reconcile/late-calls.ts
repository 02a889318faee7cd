import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import type { TestEnvironment } from "../../support/test-environment.ts";

/*
 * Calls that land late: their worker was stopped past its lease and continued, or they were held up on the
 * wire. Times are scaled down: a lease is five seconds, a call lives for 5.4. After the next comparison
 * everything is right: no leaver inside, no older value over a newer one, one outcome an intent.
 */

export const TIMES = { leaseMs: 5_000, callLifeMs: 5_400 };

const compare = (env: TestEnvironment) =>
  sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20);
}
const none = async (env: TestEnvironment, sql: string): Promise<boolean> =>
  (await env.pool.query(sql)).rows.length === 0;

/** No call is on its way, and none can be any more. */
async function settled(env: TestEnvironment): Promise<void> {
  await until(
    async () =>
      ((await (await fetch(`${env.dingtalk}/_sim/held`)).json()) as { held: unknown[] }).held.length === 0,
  );
  await until(() =>
    none(env, "select 1 from entity_states where lease is not null or recheck_at is not null"),
  );
  await env.quiet(60_000);
}

async function brokenIntents(env: TestEnvironment): Promise<unknown> {
  const { rows } = await env.pool.query(
    `select i.id, count(o.id)::int as outcomes from history i left join history o on o.code = 'target.outcome' and o.causes @> array[i.id]
      where i.code = 'target.intent' group by 1 having count(o.id) <> 1`,
  );
  return rows;
}

export async function isRight(
  env: TestEnvironment,
  differences: () => Promise<readonly string[]>,
): Promise<void> {
  await settled(env);
  await compare(env);
  await settled(env);
  expect(await differences()).toEqual([]);
  expect(await brokenIntents(env)).toEqual([]);
}
