import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { createKpiStore } from "../../src/store/kpis/kpis.ts";
import { createSyncOperations } from "../../src/store/operations.ts";
import { readStats } from "../../src/store/status/figures.ts";
import { withEmbedded } from "./embedded.ts";

/*
 * What the dashboard asks of a large directory: the counts of Overview, a page of people and the next one, one person, a search; and one turn of the figures.
 *   node tests/support/run-typescript.cjs tests/bench/lists.ts --people 1000000
 * `--more 800` makes each document as much longer; they have 200 bytes otherwise. `--older`: everybody was written by a version that knew no keys of digits.
 */

const TARGET = "dingtalk";
const { values } = parseArgs({
  options: {
    people: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "15" },
    more: { type: "string", default: "0" },
    older: { type: "boolean", default: false },
  },
});
const people = Number(values.people);
const PAGE_BAR_MS = 300;
const OVERVIEW_BAR_MS = 50;

/** Everybody is there and in step but one of 10,000, who is parked; one of 50 is inactive. */
const PEOPLE = `
  insert into users (id, source_id, active, user_name, user_name_key, display_name_key, email_keys, document, created_at, modified_at, digit_keys, digits_version)
  select gen_random_uuid(), s.id, n % 50 <> 0, p.name, p.name, 'person ' || n, array[p.name], p.document, now(), now(),
      case when not $3::boolean then digit_keys_of(p.document, array[p.name, 'person ' || n]) end, case when not $3 then 1 end
    from sources s, generate_series(1, $1::int) n cross join lateral (
      select 'u' || n || '@example.com' as name, json_build_object('userName', 'u' || n || '@example.com', 'displayName', 'Person ' || n, 'title', 'Clerk',
        'phoneNumbers', json_build_array(json_build_object('type', 'mobile', 'value', '+852 6' || (1000000 + n))), 'more', repeat('x', $2::int)) as document) p`;
const STATES = `
  insert into entity_states (target, kind, entity_id, state, reason_code, settled_at, latency_ms, observed_generation)
  select $1, 'user', id, case when n % 10000 = 0 then 'parked' else 'inSync' end, case when n % 10000 = 0 then 'mobileTaken' end,
    now() - (n % 5000000) * interval '100 ms', 900, 1 from (select id, row_number() over () as n from users) u`;
const LINKS = `
  insert into links (target, kind, entity_id, remote_id, status, presence, attributes, observed_at)
  select $1, 'user', id, id::text, 'owned', 'active', json_build_object('name', document->>'displayName', 'title', 'Clerk'), now() from users where active`;

void withEmbedded(async ({ pool, fill }) => {
  await fill(async (client) => {
    const { rows } = await client.query<{ made: string }>("select pg_get_indexdef('users_digits'::regclass) as made");
    await client.query("drop index users_digits");
    await client.query(PEOPLE, [people, Number(values.more), values.older]);
    const beginMs = systemClock.monotonicMs();
    await client.query(rows[0]!.made.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY"));
    tell("the index of digits is built", `${((systemClock.monotonicMs() - beginMs) / 1_000).toFixed(1)} s`);
    await client.query(STATES, [TARGET]);
    await client.query(LINKS, [TARGET]);
  });
  const operations = createSyncOperations(pool, TARGET, systemClock);
  const kpis = createKpiStore(pool, TARGET, () => readStats(pool, TARGET));
  const first = await operations.items({ kind: "user", count: 50 });
  const someone = first.items[7]!.ref.id;
  const after = first.next!;
  const bounded: readonly (readonly [string, number | undefined, () => Promise<unknown>])[] = [
    ["counts of Overview", OVERVIEW_BAR_MS, () => operations.status()],
    ["first page of 50 people", PAGE_BAR_MS, () => operations.items({ kind: "user", count: 50 })],
    ["the next page", PAGE_BAR_MS, () => operations.items({ kind: "user", count: 50, after })],
    ["those who are parked", PAGE_BAR_MS, () => operations.items({ kind: "user", state: "parked", count: 50 })],
    ["one person by id", PAGE_BAR_MS, () => operations.items({ kind: "user", id: someone, count: 1 })],
    ["a search by the end of a name", undefined, () => operations.items({ kind: "user", text: `Person ${people - 1}`, count: 50 })],
    ["the last 4 digits of a number", PAGE_BAR_MS, () => operations.items({ kind: "user", text: endOfNumber(4), count: 50 })],
    ["the last 8 digits of a number", PAGE_BAR_MS, () => operations.items({ kind: "user", text: endOfNumber(8), count: 50 })],
    ["digits that nobody has", PAGE_BAR_MS, () => operations.items({ kind: "user", text: "+86 138 99999999", count: 50 })],
    ["a search for nobody", undefined, () => operations.items({ kind: "user", text: "nobody at all", count: 50 })],
    ["figures of thirteen weeks", OVERVIEW_BAR_MS, () => kpis.hours(new Date(0))],
  ];
  for (const [name, barMs, ask] of bounded) {
    const took: number[] = [];
    for (let round = 0; round < (barMs === undefined ? 2 : Number(values.rounds)); round++) {
      const beginMs = systemClock.monotonicMs();
      const failure = await ask().then(
        () => undefined,
        (error: unknown) => error,
      );
      // What has no bar may be more than the server has time for; that is told as well.
      if (failure !== undefined && barMs !== undefined) throw failure;
      if (failure !== undefined) tell(name, `no answer: ${failure instanceof Error ? failure.message : String(failure)}`);
      took.push(systemClock.monotonicMs() - beginMs);
    }
    took.sort((one, other) => one - other);
    const median = took[took.length >> 1]!;
    tell(
      name,
      `median ${median.toFixed(1)} ms, worst ${took.at(-1)!.toFixed(1)} ms${barMs === undefined ? "" : ` (bar ${barMs} for the median)`}`,
    );
    if (barMs !== undefined && median > barMs) process.exitCode = 1;
  }
  const order = { leaverMinutes: 60, attributes: ["name", "title", "mobile"] };
  const begin = new Date();
  await kpis.rollUp({ ...order, now: begin });
  const beginMs = systemClock.monotonicMs();
  await kpis.rollUp({ ...order, now: new Date(begin.getTime() + 3_600_000) });
  tell("the figures' turn that measures everybody", `${(systemClock.monotonicMs() - beginMs).toFixed(0)} ms, once an hour`);
});

/** Of the last person but one. */
const endOfNumber = (digits: number): string => `6${1_000_000 + people - 1}`.slice(-digits);
const tell = (name: string, text: string): void => void process.stdout.write(`${people} people, ${name}: ${text}\n`);
