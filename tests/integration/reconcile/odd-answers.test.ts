import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { until } from "../hints/listening.ts";
import { type OddGateway, openOddGateway, type Spoiling } from "./odd-gateway.ts";
import { change, changeGroup, ENTERPRISE, members, person } from "./sample.ts";
import { doubles, mend } from "./storm.ts";
import { ends } from "./story.ts";

/*
 * DingTalk, or something before it, answers otherwise than documented, and the worker is restarted in the
 * middle.
 */

keepDatabase();
let env: TestEnvironment;
let gateway: OddGateway;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 5, timeoutMs: 250 });
  gateway = await openOddGateway(env.dingtalk);
});
afterEach(async () => {
  await env.close();
  await gateway.close();
});

const WRITES = /\/(create|update|delete)$/;
const every =
  (instead: (text: string) => ReturnType<Spoiling>, of = WRITES): Spoiling =>
  (path, { text }) =>
    of.test(path) ? instead(text) : undefined;
/** The old API's answer with other values. */
const rewritten = (change: (body: Record<string, unknown>) => unknown): Spoiling =>
  every((text) => ({ text: JSON.stringify(change(JSON.parse(text) as Record<string, unknown>)) }));

const PAGE = "<!DOCTYPE html><html><body>服务器繁忙</body></html>";
const SPOILINGS: readonly (readonly [string, Spoiling])[] = [
  ["a page with 200", every(() => ({ status: 200, text: PAGE }))],
  ["a page with 502", every(() => ({ status: 502, text: PAGE }))],
  ["a page with 503", every(() => ({ status: 503, text: PAGE }))],
  ["half of the answer", every((text) => ({ text: text.slice(0, Math.ceil(text.length / 2)) }))],
  ["nothing with 200", every(() => ({ status: 200, text: "" }))],
  ["nothing with 204", every(() => ({ status: 204, text: "" }))],
  ["nothing with 500", every(() => ({ status: 500, text: "" }))],
  ["a list", every(() => ({ text: "[]" }))],
  ["null", every(() => ({ text: "null" }))],
  ["an object without errcode", every(() => ({ text: '{"success":true}' }))],
  ["errcode null", every(() => ({ text: '{"errcode":null,"errmsg":null}' }))],
  ["errcode as a text", rewritten(({ errcode, ...rest }) => ({ ...rest, errcode: String(errcode) }))],
  [
    "ids as texts",
    rewritten((body) =>
      JSON.parse(
        JSON.stringify(body, (_key, value: unknown) => (typeof value === "number" ? String(value) : value)),
      ),
    ),
  ],
  ["no result", rewritten(({ result: _result, ...rest }) => rest)],
  ["an empty result", rewritten(({ result: _result, ...rest }) => ({ ...rest, result: {} }))],
  ["a mark of the byte order before it", every((text) => ({ text: `\ufeff${text}` }))],
  ["blanks around it", every((text) => ({ text: `\r\n ${text} \n` }))],
  [
    "a redirect to a page",
    every(() => ({ status: 302, text: "", headers: { location: "https://login.dingtalk.com/" } })),
  ],
  [
    "a redirect that keeps the method",
    every(() => ({ status: 307, text: PAGE, headers: { location: "/elsewhere" } })),
  ],
  ["no answer", every(() => "drop")],
  ["an answer that never comes", every(() => "silence")],
  ["no answer to reads", every(() => "drop", /\/(get|list|listsub|listsubid|listadmin)$/)],
  [
    "half answers to reads",
    every((text) => ({ text: text.slice(0, -9) }), /\/(get|list|listsub|listsubid|listadmin)$/),
  ],
  ["a page for the token", every(() => ({ status: 200, text: PAGE }), /accessToken$/)],
  [
    "a token of another type",
    every(() => ({ text: '{"accessToken":12345,"expireIn":"7200"}' }), /accessToken$/),
  ],
];

/**
 * What changes in the directory: somebody comes, goes, moves, and a department is made, renamed and given up.
 */
async function before() {
  const [li, wu, ng] = [
    await env.addUser(person("Li")),
    await env.addUser(person("Wu")),
    await env.addUser(person("Ng")),
  ];
  const [sales, ops] = [await env.addGroup("Sales", [li]), await env.addGroup("Ops", [wu])];
  const worker = env.startWorker();
  await env.quiet();
  await worker.stop(5_000);
  return { li, wu, ng, sales, ops };
}
async function changes({ li, wu, ng, sales, ops }: Awaited<ReturnType<typeof before>>): Promise<void> {
  const fresh = await env.addUser(person("Fresh", { [ENTERPRISE]: { manager: { value: wu } } }));
  await env.addGroup("HK/Retail", [fresh, ng]);
  await change(env, li, { active: false });
  await change(env, wu, { title: "Head" });
  await changeGroup(env, ops, { displayName: "HK/Works" });
  await members(env, sales, { remove: [li] });
  await env.groups.remove(env.context, sales);
}
const AFTER = { "": [], HK: [], "HK/Retail": ["Fresh", "Ng"], "HK/Works": ["Wu"] };

/** The worker has met with the fault, or has nothing to send. */
async function met(): Promise<void> {
  for (
    const end = systemClock.monotonicMs() + 10_000;
    gateway.spoiled() < 3 && systemClock.monotonicMs() < end;
  ) {
    const { rows } = await env.pool.query(
      "select 1 from entity_states where state = 'due' or lease is not null limit 1",
    );
    const paused =
      (await env.pool.query("select 1 from target_states where paused_until > now()")).rows.length > 0;
    if (gateway.spoiled() > 0 && (rows.length === 0 || paused)) return;
    await systemClock.sleep(10);
  }
}

test.each(SPOILINGS)("%s, with a restart in the middle", async (_name, spoiling) => {
  const organisation = await before();
  await env.pool.query("delete from shared_tokens");
  gateway.spoil(spoiling);
  await changes(organisation);
  for (let round = 0; round < 2; round++) {
    const worker = env.startWorker({ dingtalk: gateway.url });
    await met();
    await worker.stop(5_000);
    if (round === 0) await mend(env);
  }
  gateway.spoil();
  await mend(env);
  env.startWorker({ dingtalk: gateway.url });
  await ends(env, AFTER);
  expect(await doubles(env)).toEqual([]);
  const { rows } = await env.pool.query(
    `select i.id from history i left join history o on o.code = 'target.outcome' and o.causes @> array[i.id]
      where i.code = 'target.intent' group by 1 having count(o.id) <> 1`,
  );
  expect(rows).toEqual([]);
});

const calls = async (): Promise<number> =>
  Object.entries(await env.calls()).reduce(
    (sum, [path, { count }]) => (path.startsWith("/topapi/") ? sum + count : sum),
    0,
  );

const REFUSALS: readonly (readonly [string, JsonObject])[] = [
  ["90018", { sub_code: "90018" }],
  ["90018 at the top", { errcode: 90018 }],
  ["90002", { sub_code: "90002" }],
  ["90006", { sub_code: "90006" }],
  ["90001", { sub_code: "90001" }],
  ["90020", { sub_code: "90020" }],
  ["60011", { sub_code: "60011" }],
  ["60020", { sub_code: "60020" }],
  ["40014", { sub_code: "40014" }],
  ["40014 at the top", { errcode: 40014 }],
  ["42001", { errcode: 42001 }],
  ["88 and no more", { errcode: 88 }],
  ["-1", { errcode: -1 }],
  ["1002", { errcode: 1002 }],
  ["43007", { errcode: 43007 }],
  ["50002", { errcode: 50002 }],
  ["50004", { errcode: 50004 }],
  ["45009", { errcode: 45009 }],
  ["a code nobody knows", { errcode: 987654 }],
];

test.each(REFUSALS)(
  "everything is refused with %s for a while, with a restart in the middle",
  async (_name, answer) => {
    const organisation = await before();
    await changes(organisation);
    await env.control("faults", { match: "/topapi/", fault: "refusal", answer, times: 1_000_000 });
    for (let round = 0; round < 2; round++) {
      const before = await calls();
      const worker = env.startWorker();
      await until(async () => (await calls()) > before);
      await worker.stop(5_000);
      // The pause that the answer demands is over.
      await env.pool.query("update target_states set paused_until = null");
      await env.pool.query("update rate_limits set blocked_until = '-infinity', free_at = now()");
      await env.pool.query("update entity_states set next_at = now() where state = 'waiting'");
    }
    await mend(env);
    env.startWorker();
    await ends(env, AFTER);
    expect(await doubles(env)).toEqual([]);
  },
);
