import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createErasuresFile } from "../../../src/database/erasures-file.ts";
import { proofOf } from "../../../src/history/log/proof.ts";
import { storedLog } from "../../../src/history/log/sources.ts";
import { type Verdict, verifyLog } from "../../../src/history/log/verify.ts";
import { loadLogKey } from "../../../src/keys/log-key.ts";
import { keepOnce } from "../../../src/privacy/keep-erasures.ts";
import type { ErasureStore } from "../../../src/privacy/subjects.ts";
import { createLogger } from "../../../src/process/log.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import { createSealStore } from "../../../src/store/history/log/seal.ts";
import { createErasures } from "../../../src/store/privacy/erase.ts";
import { createSubjects } from "../../../src/store/privacy/subjects.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

/* A person with a mark in every value is erased, and the mark is looked for everywhere. */

const CANARY = "zqxcanary";
const MOBILE = "99876543";
const MARKS = [CANARY, MOBILE, Buffer.from(CANARY).toString("hex")];
const FOUND = new RegExp(MARKS.join("|"), "i");

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
const by = { actor: "cli", detail: { osUser: "root" } };

let product: Product;
let erasures: ErasureStore;
const lines: string[] = [];
const keyDir = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-key-"));
beforeAll(async () => {
  const logger = createLogger({ level: "debug", destination: { write: (line) => lines.push(line) } });
  product = await openProduct({ logger });
  erasures = createErasures({
    pool: product.pool,
    vault: testVault,
    clock: systemClock,
    targets: ["dingtalk"],
  });
});
afterAll(() => product.close());

const documentOf = (mark: string, mobile: string) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, DINGTALK],
  userName: `${mark}@example.com`,
  externalId: `${mark}-external`,
  displayName: `${mark} Chan`,
  name: { formatted: `${mark} Chan`, familyName: `${mark}-family`, givenName: `${mark}-given` },
  nickName: `${mark}-nick`,
  title: `${mark}-title`,
  active: true,
  emails: [{ type: "work", value: `${mark}@example.com` }],
  phoneNumbers: [{ type: "mobile", value: `+852 ${mobile}` }],
  addresses: [{ type: "work", formatted: `${mark} Street` }],
  [ENTERPRISE]: { employeeNumber: `${mark}-1`, costCenter: `${mark}-cost`, department: `${mark}-department` },
  [DINGTALK]: {
    remark: `${mark}-remark`,
    workPlace: `${mark}-place`,
    customFields: [{ name: "Job level", value: `${mark}-level` }],
  },
});

const create = async (mark: string, mobile: string): Promise<string> =>
  (await product.send("POST", "/scim/v2/Users", { body: documentOf(mark, mobile) })).body.id;
const patch = (id: string, path: string, value: unknown) =>
  product.send("PATCH", `/scim/v2/Users/${id}`, {
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path, value }],
    },
  });

/** Every row of every table as text, as a dump would hold it; those with one of these texts. */
async function everything(texts: readonly string[] = [""]): Promise<readonly string[]> {
  const { rows: tables } = await product.pool.query<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^pg_|^information_schema$'`);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await product.pool.query<{ row: string }>(
      `select row from (select t::text as row from ${name} t) r where exists (select from unnest($1::text[]) m(text) where strpos(r.row, m.text) > 0)`,
      [texts],
    );
    found.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return found;
}

const marked = () => everything(MARKS);
const historyOf = async (id: string) =>
  (await product.pool.query("select h::text as row from history h where subject = $1 order by id", [id]))
    .rows;

/** Seals what is not in the log yet, and verifies all of it; nothing may have expired. */
async function sealed(): Promise<Verdict> {
  const config = parseConfig({ DATA_DIR: keyDir, PUBLIC_URL: "https://scim.example.com" });
  const loadKey = () => loadLogKey({ config, pool: product.pool });
  const store = createSealStore(product.pool, { clock: systemClock, loadKey, witnessed: false });
  await store.sealFrom("00000000-0000-0000-0000-000000000000", new AbortController().signal);
  return verifyLog(storedLog(createLogReader(product.pool)));
}

/** Of every event of this person that is in the log. */
async function proofs(id: string): Promise<readonly string[]> {
  const { rows } = await product.pool.query<{ id: string }>(
    "select h.id from history h join history_leaves l on l.event = h.id where h.subject = $1",
    [id],
  );
  return Promise.all(
    rows.map(async (row) => {
      const proof = await proofOf(createLogReader(product.pool), row.id);
      if (proof === undefined) throw new Error(`no proof of ${row.id}`);
      return JSON.stringify(proof);
    }),
  );
}

/** In every column that the classification calls personal, whatever a run would leave there. */
async function seed(id: string): Promise<void> {
  const values = JSON.stringify({ name: `${CANARY} Chan`, id });
  const sql: readonly [string, readonly unknown[]][] = [
    [
      `insert into entity_states as s (target, kind, entity_id, state, reason, last_answer, cause, notes, holder, planned, refused)
        values ('dingtalk', 'user', $1, 'parked', $2, $2, $2, $3, $3, $3, $3) on conflict (target, kind, entity_id) do update set reason = excluded.reason,
        last_answer = excluded.last_answer, cause = excluded.cause, notes = excluded.notes, holder = excluded.holder, planned = excluded.planned, refused = excluded.refused`,
      [id, values, values],
    ],
    [
      `insert into links (target, kind, entity_id, remote_id, status, attributes, invitation) values ('dingtalk', 'user', $1::uuid, $1::text, 'owned', $2, $2)
        on conflict (target, kind, entity_id) do update set attributes = excluded.attributes, invitation = excluded.invitation`,
      [id, values],
    ],
    [
      `insert into removed_people (target, entity_id, remote_id, attributes, counted) values ('dingtalk', $1::uuid, $1::text, $2, true)
        on conflict (target, entity_id) do update set attributes = excluded.attributes`,
      [id, values],
    ],
    [
      `insert into adoptions (id, target, kind, entity_id, remote_id, tier, matched, state, entity_name, remote_name, remote_title, remote_departments)
        values (gen_random_uuid(), 'dingtalk', 'user', $1, $2, 3, '{name}', 'rejected', $2, $2, $2, array[$2])`,
      [id, CANARY],
    ],
    ["insert into assessments (target, state, report) values ('dingtalk', 'done', $1)", [values]],
    [
      "insert into guard_acts (target, limit_name, key, kind, entity_id, since) values ('dingtalk', 'attributeBlanked', $2, 'user', $1, now())",
      [id, `title=${CANARY}`],
    ],
    [
      `insert into sessions (id, secret_hash, actor, source_id, name, scopes, roles, opened_at, used_at, expires_at)
        select gen_random_uuid(), decode(repeat('00', 32), 'hex'), 'user:x', s.id, $1, '{}', '{}', now(), now(), now() + interval '1 hour' from sources s limit 1`,
      [`${CANARY}@EXAMPLE.com`],
    ],
    // As it was written before values were encrypted.
    [
      `insert into history (id, at, code, actor, subject_kind, subject, changes)
        values ('01980000-0000-7000-8000-000000000001', now(), 'user.updated', 'token:x', 'user', $1, $2)`,
      [id, JSON.stringify({ title: { before: CANARY, after: CANARY } })],
    ],
  ];
  for (const [text, parameters] of sql) await product.pool.query(text, [...parameters]);
}

describe("a person who left", () => {
  let [id, other] = ["", ""];
  let others: readonly unknown[] = [];
  beforeAll(async () => {
    other = await create("li", "61110002");
    id = await create(CANARY, MOBILE);
    const members = [id, other].map((value) => ({ value }));
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    await product.send("POST", "/scim/v2/Groups", { body: { schemas, displayName: "Sales", members } });
    const loop = await product.startSync();
    await product.quiet();
    await patch(id, "title", `${CANARY}-other`);
    await product.quiet();
    await product.send(
      "GET",
      `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${CANARY}@example.com"`)}`,
    );
    expect(await erasures.erase(id, "request", by)).toEqual({ result: "active" });
    await patch(id, "active", false);
    await product.quiet();
    await loop.stop(2_000);
    await seed(id);
    others = await historyOf(other);
    const tables = new Set((await marked()).map((row) => row.slice("public.".length, row.indexOf(":"))));
    expect([...tables].sort()).toEqual([
      ..."adoptions assessments entity_states guard_acts history links removed_people sessions users".split(
        " ",
      ),
    ]);
  });

  test("is not erased under a legal hold, nor when nobody knows the id, and nothing is changed then", async () => {
    const subjects = createSubjects(product.pool, systemClock);
    await subjects.hold(id, "case", by);
    const before = await everything();
    expect(await erasures.erase(id, "request", by)).toEqual({ result: "held" });
    for (const nobody of ["01980000-0000-7000-8000-000000000000", "mei"])
      expect(await erasures.erase(nobody, "request", by)).toEqual({ result: "unknown" });
    expect(await everything()).toEqual(before);
    await subjects.release(id, "over", by);
  });

  test("is found nowhere after the erasure: no table, no log, no answer; others keep their history", async () => {
    expect(await sealed()).toMatchObject({ ok: true });
    expect(await erasures.erase(id, "request of 12 May", by)).toMatchObject({
      result: "done",
      erasure: { subject: id, by: "cli:root" },
    });
    const before = await proofs(id);
    expect(await sealed()).toMatchObject({
      ok: true,
      verified: { events: { withoutValues: 0, expired: 0 } },
    });
    expect(before.length).toBeGreaterThan(3);
    expect(await marked()).toEqual([]);
    expect(await historyOf(other)).toEqual(others);
    const events = (
      await product.send("GET", `/api/history?filter=${encodeURIComponent(`subject eq "${id}"`)}&count=1000`)
    ).body.events;
    expect(events[0]).toMatchObject({
      code: "subject.erased",
      actor: "cli",
      detail: { basis: "request of 12 May", osUser: "root" },
    });
    expect(events.map(({ code }: { code: string }) => code)).toEqual(
      expect.arrayContaining(["user.created", "target.outcome", "user.deleted"]),
    );
    expect(JSON.stringify(events)).not.toMatch(FOUND);
    expect(JSON.stringify(await createSubjects(product.pool, systemClock).records(id))).not.toMatch(FOUND);
    expect((await product.send("GET", `/scim/v2/Users/${id}`)).status).toBe(404);
    const now = encodeURIComponent(systemClock.now().toISOString());
    for (const address of [
      ...["jsonl", "csv", "ocsf", "cef"].map((format) => `/api/history/export?format=${format}`),
      `/api/users/${id}/timeline`,
      `/api/organisation?at=${now}`,
      `/api/organisation/difference?from=2026-01-01&to=${now}`,
      "/api/sync/items?count=1000",
      "/metrics",
    ]) {
      const { status, text } = await product.send("GET", address);
      expect([address, status, FOUND.exec(text)?.[0]]).toEqual([address, 200, undefined]);
    }
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join("")).not.toMatch(FOUND);
    expect(await erasures.erase(id, "again", by)).toEqual({ result: "already" });
  });

  test("stays forgotten when the loop goes on", async () => {
    const loop = await product.startSync();
    await product.quiet();
    await loop.stop(2_000);
    await erasures.clearAgain();
    expect(await marked()).toEqual([]);
    expect((await product.send("GET", `/scim/v2/Users/${other}`)).body.displayName).toBe("li Chan");
  });
});

test("somebody who is still at DingTalk is removed there by the loop, and nothing of them is kept on the way", async () => {
  const id = await create(CANARY, MOBILE);
  const loop = await product.startSync();
  await product.quiet();
  await loop.stop(2_000);
  await patch(id, "active", false);
  expect(await erasures.erase(id, "request", by)).toMatchObject({ result: "done" });
  expect(await marked()).toEqual([]);
  const again = await product.startSync();
  await product.until(async () => !(await product.remote()).users.some(({ userid }) => userid === id));
  await product.quiet();
  await again.stop(2_000);
  await erasures.clearAgain();
  expect(await marked()).toEqual([]);
});

describe("a restore of a database from before the erasure", () => {
  const dataDir = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-erasures-"));
  const file = createErasuresFile(dataDir);
  const keep = () => keepOnce({ store: erasures, file, logger: silentLogger });
  const TABLES = ["users", "subject_keys", "links", "entity_states"] as const;

  test("erases again what the file beside the database knows, once", async () => {
    const id = await create(CANARY, MOBILE);
    await patch(id, "active", false);
    const of: Readonly<Record<(typeof TABLES)[number], string>> = {
      users: "id",
      subject_keys: "subject",
      links: "entity_id",
      entity_states: "entity_id",
    };
    const kept = new Map<string, readonly unknown[]>();
    for (const table of TABLES)
      kept.set(
        table,
        (await product.pool.query(`select to_json(t) as row from ${table} t where ${of[table]} = $1`, [id]))
          .rows,
      );
    expect(await erasures.erase(id, "request", by)).toMatchObject({ result: "done" });
    await keep();
    expect((await file.read()).map(({ subject }) => subject)).toContain(id);

    const client = await product.pool.connect();
    await client.query("set session_replication_role = replica");
    await client.query("delete from erasures where subject = $1", [id]);
    await client.query("delete from history where code = 'subject.erased' and subject = $1", [id]);
    for (const table of TABLES) {
      await client.query(`delete from ${table} where ${of[table]} = $1`, [id]);
      for (const { row } of (kept.get(table) ?? []) as { row: unknown }[])
        await client.query(`insert into ${table} select * from json_populate_record(null::${table}, $1)`, [
          row,
        ]);
    }
    await client.query("set session_replication_role = default");
    client.release();
    expect((await marked()).length).toBeGreaterThan(0);

    await keep();
    expect(await marked()).toEqual([]);
    const events = await product.pool.query(
      "select actor, detail from history where code = 'subject.erased' and subject = $1",
      [id],
    );
    expect(events.rows.map(({ actor, detail }) => [actor, JSON.parse(detail).replayed])).toEqual([
      ["system", true],
    ]);
    await keep();
    expect(
      (await product.pool.query("select 1 from history where code = 'subject.erased' and subject = $1", [id]))
        .rows,
    ).toHaveLength(1);
    expect((await file.read()).filter(({ subject }) => subject === id)).toHaveLength(1);
  });

  test("what was written about somebody erased is cleared although the file cannot be written", async () => {
    const id = await create(CANARY, MOBILE);
    await patch(id, "active", false);
    expect(await erasures.erase(id, "request", by)).toMatchObject({ result: "done" });
    await product.pool.query(
      "insert into removed_people (target, entity_id, remote_id, attributes, counted) values ('dingtalk', $1, $2, $3, true)",
      [id, id, JSON.stringify({ name: CANARY })],
    );
    expect(await marked()).toHaveLength(1);
    const full = { read: async () => [], add: () => Promise.reject(new Error("no space left on device")) };
    await expect(keepOnce({ store: erasures, file: full, logger: silentLogger })).rejects.toThrow(
      "no space left on device",
    );
    expect(await marked()).toEqual([]);
  });

  test("a line that was not written whole says nothing, and the next one is read", async () => {
    const { appendFileSync } = await import("node:fs");
    appendFileSync(join(dataDir, "erasures.jsonl"), '{"subject":"01980000-00');
    const erasure = {
      subject: "01980000-0000-7000-8000-000000000002",
      basis: "x",
      by: "cli",
      at: new Date("2026-01-01T00:00:00Z"),
    };
    await file.add([erasure]);
    expect((await file.read()).at(-1)).toEqual(erasure);
    // Nobody has such an id here: another database's, or one from before.
    await keep();
    expect((await erasures.list()).map(({ subject }) => subject)).not.toContain(erasure.subject);
  });
});

/** ERASE_PEOPLE=10000: how many there are beside the one. Each has ten events. */
const PEOPLE = Number(process.env["ERASE_PEOPLE"] ?? "300");

test(`one of ${PEOPLE} people is erased within a second`, async () => {
  const id = await create(CANARY, MOBILE);
  await patch(id, "active", false);
  const { pool } = product;
  await pool.query(
    `insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
      select gen_random_uuid(), s.id, true, 'many' || n, 'many' || n, json_build_object('userName', 'many' || n), now(), now()
        from generate_series(1, $1::int) n, (select id from sources limit 1) s`,
    [PEOPLE],
  );
  await pool.query(
    "insert into subject_keys (subject, kind, wrapped) select id, 'user', 'x' from users where user_name like 'many%'",
  );
  // Ten statements, as none may take long.
  for (let n = 0; n < 10; n++)
    await pool.query(
      `insert into history (id, at, code, actor, subject_kind, subject, attributes, sealed)
      select gen_random_uuid(), now(), 'user.updated', 'worker', 'user', u.id, '{title}', decode(repeat('ab', 200), 'hex')
        from users u where user_name like 'many%'`,
    );
  await pool.query("analyze");
  const digest = async () =>
    (
      await pool.query(
        "select count(*), sum(hashtext(h::text)) as digest from history h where subject <> $1",
        [id],
      )
    ).rows;
  const others = await digest();
  const startedMs = systemClock.monotonicMs();
  expect(await erasures.erase(id, "request", by)).toMatchObject({ result: "done" });
  const tookMs = systemClock.monotonicMs() - startedMs;
  if (PEOPLE >= 10_000)
    process.stderr.write(`one of ${PEOPLE} people was erased in ${Math.round(tookMs)} ms\n`);
  expect(tookMs).toBeLessThan(1_000);
  expect(await marked()).toEqual([]);
  expect(await digest()).toEqual(others);
});
