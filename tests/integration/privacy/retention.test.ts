import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { storedLog } from "../../../src/history/log/sources.ts";
import { type VerifyOptions, verifyLog } from "../../../src/history/log/verify.ts";
import { loadLogKey } from "../../../src/keys/log-key.ts";
import { applyRetention, DEFAULT_RETENTION, type RetentionJob } from "../../../src/privacy/retention.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import { createSealStore } from "../../../src/store/history/log/seal.ts";
import { createRetention } from "../../../src/store/privacy/retention.ts";
import { createSubjects } from "../../../src/store/privacy/subjects.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

/* Every job by itself, under a clock that stands: what is a day too old goes, what is a day younger stays. */

const keyDir = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-key-"));

const NOW = new Date("2026-11-30T12:00:00Z");
const DAY_MS = 86_400_000;
const clock: Clock = { ...systemClock, now: () => NOW };
const never = new AbortController().signal;
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

let product: Product;
const sql = async (text: string, values: readonly unknown[] = []) =>
  (await product.pool.query(text, [...values])).rows;
beforeAll(async () => {
  product = await openProduct();
});
afterAll(() => product.close());

beforeEach(async () => {
  await sql(
    "set session_replication_role = replica; delete from history; set session_replication_role = default",
  );
  for (const table of [
    "subject_keys",
    "retention_marks",
    "personal_reads",
    "legal_holds",
    "links",
    "users",
    "incidents",
  ])
    await sql(`delete from ${table}`);
  await inDirectory(PERSON, "person");
});

const run = () =>
  applyRetention(
    { store: createRetention(product.pool, testVault), days: DEFAULT_RETENTION, clock, logger: silentLogger },
    never,
  );
const subjects = () => createSubjects(product.pool, clock);

let made = 0;
const newId = (at: Date): string => {
  const time = at.getTime().toString(16).padStart(12, "0");
  made += 1;
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${made.toString(16).padStart(12, "0")}`;
};
const PERSON = "01980000-0000-7000-8000-0000000000aa";

const inDirectory = (id: string, name: string) =>
  sql(
    `insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
      select $1, id, false, $2, $2, '{}', $3, $3 from sources limit 1`,
    [id, name, ago(100)],
  );

async function event(
  days: number,
  { code = "user.updated", subject = PERSON, plain = false } = {},
): Promise<string> {
  const id = newId(ago(days));
  await sql(
    `insert into history (id, at, code, actor, subject_kind, subject, attributes, sealed, changes)
      values ($1, $2, $3, 'worker', 'user', $4, $5, $6, $7)`,
    [
      id,
      ago(days),
      code,
      subject,
      plain ? null : ["title"],
      plain ? null : Buffer.from("x"),
      plain ? '{"title":{"after":"Clerk"}}' : null,
    ],
  );
  return id;
}
const key = (subject = PERSON) =>
  sql("insert into subject_keys (subject, kind, wrapped) values ($1, 'user', 'x')", [subject]);
const left = async (ids: readonly string[]): Promise<readonly number[]> => {
  const rows = await sql("select id from history where id = any($1::uuid[])", [ids]);
  return ids.flatMap((id, at) => (rows.some((row) => row.id === id) ? [at] : []));
};
const withValues = async (ids: readonly string[]): Promise<readonly number[]> => {
  const rows = await sql(
    "select id from history where id = any($1::uuid[]) and (sealed is not null or changes is not null)",
    [ids],
  );
  return ids.flatMap((id, at) => (rows.some((row) => row.id === id) ? [at] : []));
};

test("values of events go after two years, and the names of the attributes stay", async () => {
  await key();
  const ids = [await event(731), await event(731, { plain: true }), await event(729)];
  await run();
  expect([await left(ids), await withValues(ids)]).toEqual([[0, 1, 2], [2]]);
  expect(await sql("select attributes from history where id = $1", [ids[0]])).toEqual([
    { attributes: ["title"] },
  ]);
  expect(await sql("select detail from history where code = 'retention.applied'")).toEqual([
    { detail: JSON.stringify({ removed: { values: 2 }, days: { values: 730 } }) },
  ]);
  await run();
  expect(await sql("select 1 from history where code = 'retention.applied'")).toHaveLength(1);
});

test("events go after seven years", async () => {
  await key();
  const ids = [await event(2_556), await event(2_554)];
  await run();
  expect(await left(ids)).toEqual([1]);
});

test("who looked, signed in and was refused goes after 180 days, with whom it is found by; nothing else does", async () => {
  await key();
  const codes = ["personal.read", "session.opened", "session.closed", "access.refused", "user.updated"];
  const ids = await Promise.all(codes.map((code) => event(181, { code })));
  const young = await event(179, { code: "personal.read" });
  for (const id of [ids[0], young])
    await sql("insert into personal_reads (subject, event) values ($1, $2)", [PERSON, id]);
  await run();
  expect(await left([...ids, young])).toEqual([4, 5]);
  expect(await sql("select event from personal_reads")).toEqual([{ event: young }]);
});

test("leavers are forgotten 90 days after their last event, and only when directory and target have them no longer", async () => {
  const ids = ["gone", "lately", "linked", "known", "asked"].map(
    (_, n) => `01980000-0000-7000-8000-0000000000b${n}`,
  );
  const [gone, lately, linked, known, asked] = ids as [string, string, string, string, string];
  for (const subject of ids) {
    await key(subject);
    await event(subject === lately ? 89 : 91, { subject, code: "user.deleted" });
  }
  await sql(
    "insert into links (target, kind, entity_id, remote_id, status) values ('dingtalk', 'user', $1::uuid, $1::text, 'owned')",
    [linked],
  );
  await inDirectory(known, "known");
  await event(1, { subject: asked, code: "subject.exported" });
  await sql(
    "insert into removed_people (target, entity_id, remote_id, attributes, counted) values ('dingtalk', $1::uuid, $1::text, '{\"name\":\"Mei\"}', true)",
    [gone],
  );
  await run();
  expect(
    (await sql("select subject from subject_keys where wrapped is null order by subject")).map(
      ({ subject }) => subject,
    ),
  ).toEqual([gone, asked]);
  expect(await sql("select 1 from removed_people where entity_id = $1", [gone])).toEqual([]);
});

test("a legal hold keeps everything of its person, and when it ends, the rest goes", async () => {
  await key();
  const ids = [
    await event(2_600),
    await event(800),
    await event(181, { code: "personal.read", subject: "01980000-0000-7000-8000-0000000000cc" }),
  ];
  await sql("insert into personal_reads (subject, event) values ($1, $2)", [PERSON, ids[2]]);
  await subjects().hold(PERSON, "case", { actor: "cli" });
  await run();
  expect([await left(ids), await withValues(ids)]).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ]);
  expect(await sql("select 1 from subject_keys where wrapped is null")).toEqual([]);
  await subjects().release(PERSON, "over", { actor: "cli" });
  await run();
  expect([await left(ids), await withValues(ids)]).toEqual([[1], []]);
});

test("sessions, links and assertions go a day after their end, messages and closed incidents after 180 days", async () => {
  for (const [n, days] of [2, 0.5].entries()) {
    const [id, hash] = [newId(NOW), Buffer.alloc(32, n)];
    await sql("insert into used_assertions (digest, expires_at) values ($1, $2)", [hash, ago(days)]);
    await sql(
      "insert into login_links (id, secret_hash, role, made_by, expires_at) values ($1, $2, 'viewer', 'root', $3)",
      [id, hash, ago(days)],
    );
    await sql(
      `insert into sessions (id, secret_hash, actor, source_id, name, scopes, roles, opened_at, used_at, expires_at)
        select $1, $2, 'token:x', s.id, 'x', '{}', '{}', $3, $3, $3 from sources s limit 1`,
      [id, hash, ago(days)],
    );
  }
  const incident = async (closed: number | undefined, sent: number): Promise<void> => {
    const id = newId(NOW);
    await sql(
      "insert into incidents (id, target, key, kind, code, class, count, opened_at, closed_at, remind_at) values ($1::uuid, 'dingtalk', $1::text, 'x', 'x', 'A', 1, $2, $3, $2)",
      [id, ago(400), closed === undefined ? null : ago(closed)],
    );
    await sql(
      "insert into incident_deliveries (id, incident_id, channel, message, state, created_at, next_at) values ($1, $2, 'mail', 'opened', 'sent', $3, $3)",
      [newId(NOW), id, ago(sent)],
    );
  };
  await incident(181, 300);
  await incident(undefined, 181);
  await incident(undefined, 179);
  await run();
  for (const table of ["used_assertions", "login_links", "sessions"])
    expect([table, await sql(`select 1 from ${table}`)]).toEqual([table, [{ "?column?": 1 }]]);
  expect(
    [await sql("select 1 from incidents"), await sql("select 1 from incident_deliveries")].map(
      (rows) => rows.length,
    ),
  ).toEqual([2, 1]);
  // Of no person, and no part of the history.
  expect(await sql("select 1 from history")).toEqual([]);
});

test("what has aged may be missing from a signed log, and nothing else may", async () => {
  await key();
  for (const [days, code] of [[2_556], [731], [181, "personal.read"], [1]] as const)
    await event(days, { ...(code ? { code } : {}) });
  const loadKey = () =>
    loadLogKey({
      config: parseConfig({ DATA_DIR: keyDir, PUBLIC_URL: "https://scim.example.com" }),
      pool: product.pool,
    });
  const store = createSealStore(product.pool, { clock: systemClock, loadKey, witnessed: false });
  await store.sealFrom("00000000-0000-0000-0000-000000000000", never);
  const verified = (options: VerifyOptions = {}) =>
    verifyLog(storedLog(createLogReader(product.pool)), options);
  expect(await verified()).toMatchObject({ ok: true, verified: { events: { compared: 4 } } });
  await run();
  const { events, access, values } = DEFAULT_RETENTION;
  const expired = { events: ago(events), access: ago(access), values: ago(values) };
  expect(await verified({ expired })).toMatchObject({
    ok: true,
    verified: { events: { compared: 2, expired: 2, withoutValues: 1 } },
  });
  expect(await verified({ expired: { ...expired, access: ago(200) } })).toMatchObject({ ok: false });
  expect(await verified()).toMatchObject({ ok: false });
});

test.each<[RetentionJob, number]>([
  ["leavers", 90],
  ["values", 730],
  ["events", 2_555],
  ["access", 180],
  ["ended", 1],
  ["messages", 180],
])("%s are kept %i days unless something else is said", (job, days) =>
  expect(DEFAULT_RETENTION[job]).toBe(days),
);
