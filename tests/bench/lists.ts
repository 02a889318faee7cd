import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import type { UserColumns } from "../../src/directory/user.ts";
import { keyColumns } from "../../src/store/key-columns.ts";
import { createKpiStore } from "../../src/store/kpis/kpis.ts";
import { createSyncOperations } from "../../src/store/operations.ts";
import { searchKeysOfRow } from "../../src/store/search-keys.ts";
import { readStats } from "../../src/store/status/figures.ts";
import { withEmbedded } from "./embedded.ts";
import { idOf, namesOf } from "./people.ts";

/*
 * What the dashboard asks of a large directory: the counts of Overview, a page of people and the next one,
 * one person, a search; and one turn of the figures.
 *   node tests/support/run-typescript.cjs tests/bench/lists.ts --people 1000000
 * `--more 800` makes each document as much longer; they have 200 bytes otherwise. `--older`: everybody was
 * written by a version that knew no keys.
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
  insert into users (id, source_id, active, user_name, user_name_key, display_name_key, email_keys, external_id, document, created_at, modified_at,
      search_keys, search_version)
  select g.id, s.id, g.n % 50 <> 0, g.user_name, g.user_name, g.display_name, array[g.user_name], g.id::text, g.document, now(), now(),
      case when not $2::boolean then g.keys end, case when not $2 then 1 end
    from sources s, json_to_recordset($1::json) g(id uuid, n int, user_name text, display_name text, document json, keys smallint[])`;
const STATES = `
  insert into entity_states (target, kind, entity_id, state, reason_code, settled_at, latency_ms, observed_generation)
  select $1, 'user', id, case when n % 10000 = 0 then 'parked' else 'inSync' end, case when n % 10000 = 0 then 'mobileTaken' end,
    now() - (n % 5000000) * interval '100 ms', 900, 1 from (select id, row_number() over () as n from users) u`;
const LINKS = `
  insert into links (target, kind, entity_id, remote_id, status, presence, attributes, observed_at)
  select $1, 'user', id, id::text, 'owned', 'active', json_build_object('name', document->>'displayName', 'title', 'Clerk'), now() from users where active`;

void withEmbedded(async ({ pool, fill }) => {
  await fill(async (client) => {
    const { rows } = await client.query<{ made: string }>(
      "select pg_get_indexdef('users_search'::regclass) as made",
    );
    await client.query("drop index users_search");
    for (let from = 0; from < people; from += SLICE)
      await client.query(PEOPLE, [sliceOf(from), values.older]);
    const beginMs = systemClock.monotonicMs();
    await client.query(rows[0]!.made.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY"));
    tell("the index of keys is built", `${((systemClock.monotonicMs() - beginMs) / 1_000).toFixed(1)} s`);
    const { rows: sizes } = await client.query<{ keys: string; table: string }>(
      "select pg_size_pretty(pg_relation_size('users_search')) as keys, pg_size_pretty(pg_table_size('users')) as table",
    );
    tell("the index of keys", `${sizes[0]!.keys}, the table ${sizes[0]!.table}`);
    await client.query(STATES, [TARGET]);
    await client.query(LINKS, [TARGET]);
  });
  const operations = createSyncOperations(pool, TARGET, systemClock);
  const kpis = createKpiStore(pool, TARGET, () => readStats(pool, TARGET));
  const first = await operations.items({ kind: "user", count: 50 });
  const search = (text: string) => operations.items({ kind: "user", text, count: 50 });
  const someone = first.items[7]!.ref.id;
  const after = first.next!;
  const bounded: readonly (readonly [string, number | undefined, () => Promise<unknown>])[] = [
    ["counts of Overview", OVERVIEW_BAR_MS, () => operations.status()],
    ["first page of 50 people", PAGE_BAR_MS, () => operations.items({ kind: "user", count: 50 })],
    ["the next page", PAGE_BAR_MS, () => operations.items({ kind: "user", count: 50, after })],
    [
      "those who are parked",
      PAGE_BAR_MS,
      () => operations.items({ kind: "user", state: "parked", count: 50 }),
    ],
    ["one person by id", PAGE_BAR_MS, () => operations.items({ kind: "user", id: someone, count: 1 })],
    ["a part of a name that many have", PAGE_BAR_MS, () => search("chan")],
    ["a part of a name that few have", PAGE_BAR_MS, () => search("zoltan ing")],
    ["a name of one person", PAGE_BAR_MS, () => search(namesOf(people - 2).userName.slice(0, -4))],
    ["a Chinese surname, in simplified characters", PAGE_BAR_MS, () => search("陈")],
    ["a Chinese name, in simplified characters", PAGE_BAR_MS, () => search("刘强红")],
    ["a domain that everybody has", PAGE_BAR_MS, () => search("@example.com")],
    ["two letters that many have", PAGE_BAR_MS, () => search("li")],
    ["two letters that nobody has", undefined, () => search("qq")],
    ["a search for nobody", PAGE_BAR_MS, () => search("nobody at all")],
    ["a search for nobody, with letters that many have", PAGE_BAR_MS, () => search("example chan wei")],
    [
      "the last 4 digits of a number",
      PAGE_BAR_MS,
      () => operations.items({ kind: "user", text: endOfNumber(4), count: 50 }),
    ],
    [
      "the last 8 digits of a number",
      PAGE_BAR_MS,
      () => operations.items({ kind: "user", text: endOfNumber(8), count: 50 }),
    ],
    [
      "digits that nobody has",
      PAGE_BAR_MS,
      () => operations.items({ kind: "user", text: "+86 138 99999999", count: 50 }),
    ],
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
      if (failure !== undefined)
        tell(name, `no answer: ${failure instanceof Error ? failure.message : String(failure)}`);
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
  tell(
    "the figures' turn that measures everybody",
    `${(systemClock.monotonicMs() - beginMs).toFixed(0)} ms, once an hour`,
  );
});

/** People of one statement. */
const SLICE = 20_000;

function sliceOf(from: number): string {
  const rows = Array.from({ length: Math.min(SLICE, people - from) }, (_each, at) => {
    const n = from + at + 1;
    const { userName, displayName } = namesOf(n);
    const id = idOf("lists", n);
    const phoneNumbers = [{ type: "mobile", value: `+852 6${1_000_000 + n}` }];
    const document = {
      userName,
      displayName,
      title: "Clerk",
      phoneNumbers,
      more: "x".repeat(Number(values.more)),
    };
    const columns = keyColumns({
      active: true,
      userName,
      displayName,
      emails: [userName],
      externalId: id,
    } as UserColumns);
    return {
      id,
      n,
      user_name: userName,
      display_name: columns.display_name_key,
      document,
      keys: searchKeysOfRow(columns, document),
    };
  });
  return JSON.stringify(rows);
}

/** Of the last person but one. */
const endOfNumber = (digits: number): string => `6${1_000_000 + people - 1}`.slice(-digits);
const tell = (name: string, text: string): void =>
  void process.stdout.write(`${people} people, ${name}: ${text}\n`);
