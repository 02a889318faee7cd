import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { compileMapping } from "../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { DEFAULT_POLICY } from "../../src/policy/default-policy.ts";
import { planEverybody } from "../../src/reconcile/compare/whole-plan.ts";
import type { RateLimiter } from "../../src/reconcile/target.ts";
import type { Pool } from "../../src/store/postgres/pool.ts";
import { openRehearsal } from "../../src/store/rehearse.ts";
import { createSharedToken } from "../../src/store/target/shared-token.ts";
import { createDingTalkTarget } from "../../src/targets/dingtalk/index.ts";
import { withEmbedded } from "./embedded.ts";

/*
 * What the plan of everybody costs, and that it calls nobody: the target has no address that answers.
 *   node tests/support/run-typescript.cjs tests/bench/plan.ts --people 20000 --groups 200
 */

const TARGET = "dingtalk";

/**
 * Straight into the tables: who waits to be made. A tenth of the people lead the others, each group is a
 * department.
 */
const PEOPLE = `
  with source as (select id from sources limit 1)
  insert into users (id, source_id, active, user_name, user_name_key, display_name_key, employee_number_key, manager_ref, document, created_at, modified_at)
  select gen_random_uuid(), source.id, true, 'u' || n, 'u' || n, 'person ' || n, 'n' || n, case when n > $1::int / 10 then 'N' || (n % ($1::int / 10) + 1) end,
    json_build_object('schemas', json_build_array('urn:ietf:params:scim:schemas:core:2.0:User'), 'userName', 'u' || n, 'displayName', 'Person ' || n, 'active', true, 'title', 'Clerk',
      'phoneNumbers', json_build_array(json_build_object('type', 'mobile', 'value', '+852 6' || (2000000 + n))),
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', json_build_object('employeeNumber', 'N' || n, 'manager',
        case when n > $1::int / 10 then json_build_object('value', 'N' || (n % ($1::int / 10) + 1)) end)), now(), now()
    from source, generate_series(1, $1::int) n`;
const GROUPS = `
  insert into groups (id, source_id, display_name, display_name_key, document, created_at, modified_at)
  select gen_random_uuid(), (select id from sources limit 1), 'Region ' || (n % 10) || '/Team ' || n, 'region ' || (n % 10) || '/team ' || n,
    json_build_object('displayName', 'Region ' || (n % 10) || '/Team ' || n), now(), now() from generate_series(1, $1::int) n`;
const MEMBERS = `
  with g as (select id, row_number() over (order by id) - 1 as n from groups), u as (select id, row_number() over (order by id) as n from users)
  insert into group_members (group_id, user_id) select g.id, u.id from u join g on g.n = u.n % $1::int`;

const peakMb = (pid: "self"): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024);

const bench = (people: number, groups: number): Promise<void> =>
  withEmbedded(async ({ pool, fill, cpuMs }) => {
    await fill(async (client) => {
      await client.query(PEOPLE, [people]);
      await client.query(GROUPS, [groups]);
      await client.query(MEMBERS, [groups]);
    });
    for (const name of ["first load", "again"].slice(0, Number(values.rounds)))
      await measured(name, pool, people, cpuMs);
  });

async function measured(name: string, pool: Pool, people: number, databaseMs: () => number): Promise<void> {
  const target = createDingTalkTarget(
    {
      appKey: "none",
      appSecret: "none",
      corpId: "none",
      oapiUrl: "http://127.0.0.1:9",
      apiUrl: "http://127.0.0.1:9",
      qps: 0,
    },
    { clock: systemClock, limiter: SHUT, tokens: createSharedToken(pool, TARGET, systemClock) },
  );
  const beginMs = systemClock.monotonicMs();
  const [cpuBegin, databaseBegin] = [process.cpuUsage(), databaseMs()];
  const rehearsal = await openRehearsal(pool, { target: TARGET, everybody: true });
  const copiedMs = systemClock.monotonicMs();
  const plan = await planEverybody(
    {
      rehearsal,
      target,
      mapping: compileMapping(DEFAULT_MAPPING),
      mode: "sync",
      policy: compilePolicy(DEFAULT_POLICY),
      clock: systemClock,
    },
    new AbortController().signal,
  );
  const seconds = (systemClock.monotonicMs() - beginMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBegin);
  const { create, update, calls } = plan.summary;
  const pageMs = systemClock.monotonicMs();
  await plan.items({ count: 500 });
  process.stdout.write(
    `${name}: ${people} people in ${seconds.toFixed(1)} s (copy ${((copiedMs - beginMs) / 1_000).toFixed(1)} s), ${((user + system) / 1e6).toFixed(1)} s of CPU here and ${((databaseMs() - databaseBegin) / 1e3).toFixed(1)} s of PostgreSQL's; create ${create}, update ${update}, calls ${calls}; peak ${peakMb("self")} MB here; a page of 500 in ${Math.round(systemClock.monotonicMs() - pageMs)} ms\n`,
  );
  await plan.close();
  target.close();
}

const SHUT: RateLimiter = {
  take: async (api) => {
    throw new Error(`${api} was called`);
  },
  pause: async () => undefined,
};

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "5000" },
    groups: { type: "string", default: "50" },
    rounds: { type: "string", default: "2" },
  },
});
void bench(Number(values.people), Number(values.groups));
