import { systemClock } from "../../../src/core/clock.ts";
import { flatTable } from "../../../src/filter/attribute-table.ts";
import { parseQuery } from "../../../src/filter/parse.ts";
import { EVENT_ATTRIBUTES } from "../../../src/history/event-log.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { createOlderEvents } from "../../../src/store/history/log/older.ts";
import { seed } from "../../support/seed.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";

/* Every index of the history costs whoever writes: it has to be one that a question is answered by. */

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

/** It holds that an intent has one outcome, and is there for no question. */
const RULES = ["history_one_outcome"];
const BOUND_MS = 60_000;

async function scans(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await env.pool.query<{ name: string; scans: number }>(
    "select indexrelname as name, idx_scan as scans from pg_stat_user_indexes where relname = 'history' order by 1",
  );
  return Object.fromEntries(rows.map(({ name, scans }) => [name, Number(scans)]));
}

test("each index answers a question", async () => {
  const id = (n: string) =>
    `(lpad(to_hex(1780000000000 + ${n}), 12, '0') || '7' || substr(md5(${n}::text), 1, 3) || '8' || substr(md5('b' || ${n}), 1, 15))::uuid`;
  await seed(
    env.pool,
    `insert into history (id, at, code, actor, request_id, subject_kind, subject, attributes, causes)
     select ${id("n")}, to_timestamp(1780000000 + n / 1000.0), case when n % 97 = 0 then 'user.deactivated' else 'user.updated' end, 'token:' || n % 50, md5('r' || n)::uuid,
       'user', md5('s' || n % 2000)::uuid, array['a' || n % 40], case when n % 5 = 0 then array[${id("(n - 1)")}] else '{}' end
     from generate_series(1, 10000) n`,
  );
  await env.pool.query("analyze history");
  const { rows } = await env.pool.query(
    "select id, subject, request_id as request from history where cardinality(causes) > 0 order by id limit 1",
  );
  const [one] = rows as [{ id: string; subject: string; request: string }];
  const before = await scans();

  const log = createEventLog(env.pool, testVault);
  const ask = (filter: string) =>
    log.list({ count: 100, filter: parseQuery(filter, flatTable(EVENT_ATTRIBUTES)) });
  const questions = [
    ask(`subject eq "${one.subject}"`),
    ask(`requestId eq "${one.request}"`),
    ask('actor eq "token:7"'),
    ask('code eq "user.deactivated"'),
    ask('attribute eq "a7"'),
    log.story(one.id),
    createOlderEvents(env.pool, testVault).encryptSome(),
  ];
  await Promise.all(questions);

  // Sessions tell of what they did when they have had nothing to do for a while.
  const idle = async () => {
    const now = await scans();
    return Object.keys(now).filter((name) => !RULES.includes(name) && now[name] === before[name]);
  };
  const endMs = systemClock.monotonicMs() + BOUND_MS;
  while ((await idle()).length > 0 && systemClock.monotonicMs() < endMs) await systemClock.sleep(200);
  expect(await idle()).toEqual([]);
});
