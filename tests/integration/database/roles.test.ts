import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import {
  grantAgain,
  grantRoles,
  knownRoles,
  ROLE_KINDS,
  type RoleKind,
} from "../../../src/database/roles.ts";
import { createTestDatabase, runOn, type TestDatabase } from "../../support/postgres/test-database.ts";
import { makeEncryptionKey, openPlace, type Place, type Run, runCommand } from "../../support/server.ts";

/* What each database user may do, tried as that user; and the product at work with them. */

const TOKEN = "a-bootstrap-token-of-forty-characters-00";

let database: TestDatabase;
let name: Readonly<Record<RoleKind, string>>;
const urlOf = (kind: RoleKind): string =>
  Object.assign(new URL(database.url), { username: name[kind], password: "pw" }).href;

beforeEach(async () => {
  database = await createTestDatabase();
  const mark = randomBytes(4).toString("hex");
  name = { api: `api_${mark}`, worker: `Worker "${mark}"`, auditor: `auditor_${mark}` };
  for (const kind of ROLE_KINDS)
    await runOn(database.url, `create role ${quoted(name[kind])} login password 'pw'`);
  await grantRoles(
    database.url,
    ROLE_KINDS.map((kind) => ({ name: name[kind], kind })),
  );
});
afterEach(async () => {
  for (const kind of ROLE_KINDS)
    await runOn(database.url, `drop owned by ${quoted(name[kind])}; drop role ${quoted(name[kind])}`);
  await database.drop();
});

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

async function answerTo(kind: RoleKind, sql: string): Promise<string> {
  const client = new Client({ connectionString: urlOf(kind) });
  await client.connect();
  try {
    await client.query(sql);
    return "done";
  } catch (error) {
    return String((error as { code?: unknown }).code);
  } finally {
    await client.end();
  }
}

const EVENT =
  "insert into history (id, at, code, actor) values (gen_random_uuid(), now(), 'operator.pause', 'cli')";
const LEAF = "insert into history_leaves (index, event, entry) values (0, gen_random_uuid(), '{}')";
const DENIED = "42501";

/** Nobody but the owner. */
const NOBODY = [
  "update history set actor = 'x'",
  "update history set sealed = null",
  "delete from history",
  "truncate history",
  "alter table history disable trigger all",
  "alter table history add column n int",
  "set session_replication_role = replica",
  "update history_leaves set entry = 'x'",
  "delete from history_leaves",
  "delete from history_tiles",
  "truncate history_tiles",
  "update history_tiles set index = 1",
  "update history_checkpoints set size = 0",
  "truncate history_checkpoints",
  "delete from history_log",
  "update history_log set origin = 'x'",
  "update history_log_keys set vkey = 'x'",
  "delete from history_log_keys",
  "delete from encryption_key",
  "create or replace function history_is_append_only() returns trigger language plpgsql as 'begin return null; end'",
  "drop trigger history_forgets_by_rule on history",
  "create table public.another (n int)",
  "insert into _prisma_migrations (id, checksum, migration_name) values ('x', 'x', 'x')",
] as const;

test.each(ROLE_KINDS)(
  "%s: changes nothing of the history, of its log and of the tables themselves",
  async (kind) => {
    await runOn(database.url, `${EVENT}; ${LEAF}; insert into history_tiles values (0, 0, sha256('x'))`);
    const allowed = [];
    for (const sql of NOBODY) if ((await answerTo(kind, sql)) !== DENIED) allowed.push(sql);
    expect(allowed).toEqual([]);
  },
);

const RIGHTS: readonly (readonly [sql: string, who: readonly RoleKind[]])[] = [
  [EVENT, ["api", "worker"]],
  [LEAF, ["worker"]],
  ["insert into history_tiles values (0, 1, sha256('x'))", ["worker"]],
  ["insert into history_checkpoints (size, note) values (0, 'x')", ["worker"]],
  ["select history_forget_values('{}')", ["worker"]],
  ["select history_forget_events('{}')", ["worker"]],
  ["select history_encrypt_values('[]')", ["worker"]],
  ["select id, code, sealed from history", ROLE_KINDS],
  ["select changes from history", ["api", "worker"]],
  [
    "select * from history_leaves, history_tiles, history_checkpoints, history_log, history_log_keys",
    ROLE_KINDS,
  ],
  ["select document from users", ["api", "worker"]],
  ["select wrapped from subject_keys", ["api", "worker"]],
  ["select secret_hash from tokens", ["api", "worker"]],
  ["delete from users", ["api", "worker"]],
  ["select graphile_worker.add_job('reconcile')", ["api", "worker"]],
  ["delete from graphile_worker._private_jobs", ["api", "worker"]],
];

test.each(RIGHTS)("%s: only who needs it", async (sql, who) => {
  const able = [];
  for (const kind of ROLE_KINDS) {
    const answer = await answerTo(kind, sql);
    if (answer === "done") able.push(kind);
    else expect(answer).toBe(DENIED);
  }
  expect(able).toEqual(who);
});

test("what the worker may forget is what the trigger of the history lets go, and a tile only grows", async () => {
  await runOn(database.url, `${EVENT}; insert into history_tiles values (0, 0, sha256('x'))`);
  expect(await answerTo("worker", "select history_forget_events(array(select id from history))")).toBe(
    DENIED,
  );
  expect(await answerTo("worker", "select history_encrypt_values((select json_agg(h) from history h))")).toBe(
    "done",
  );
  expect(await answerTo("worker", "update history_tiles set hashes = sha256('y')")).toBe(DENIED);
  expect(await answerTo("worker", "update history_tiles set hashes = hashes || sha256('y')")).toBe("done");
  expect(await answerTo("worker", "update history_tiles set hashes = sha256('x')")).toBe(DENIED);
});

test("who they are is told, another kind takes away what the one before had, and what a migration makes is granted", async () => {
  const told = async () =>
    Object.fromEntries((await knownRoles(database.url)).map((role) => [role.name, role.kind]));
  expect(await told()).toEqual({ [name.api]: "api", [name.worker]: "worker", [name.auditor]: "auditor" });
  await grantRoles(database.url, [{ name: name.worker, kind: "api" }]);
  expect(await told()).toMatchObject({ [name.worker]: "api" });
  expect(await answerTo("worker", LEAF)).toBe(DENIED);
  await runOn(database.url, "create table made_later (n int)");
  expect(await answerTo("api", "insert into made_later values (1)")).toBe(DENIED);
  await grantAgain(database.url);
  expect(await answerTo("api", "insert into made_later values (1)")).toBe("done");
  expect(await answerTo("auditor", "select * from made_later")).toBe(DENIED);
});

test("a user that could not be held back is refused, and nothing is granted", async () => {
  const owner = decodeURIComponent(new URL(database.url).username);
  const grant = (roles: Parameters<typeof grantRoles>[1], url = database.url) => grantRoles(url, roles);
  await expect(grant([{ name: owner, kind: "api" }])).rejects.toThrow("superuser");
  await expect(grant([{ name: "nobody-there", kind: "api" }])).rejects.toThrow(
    "the database has no such user",
  );
  await expect(grant([{ name: name.auditor, kind: "worker" }], urlOf("api"))).rejects.toThrow(
    "the owner of the tables",
  );
});

describe("the product with a user for each of its processes", () => {
  let places: readonly Place[];
  let folder: string;
  beforeEach(async () => {
    places = [await openPlace(), await openPlace()];
    folder = mkdtempSync(join(tmpdir(), "roles-"));
  });
  afterEach(async () => {
    for (const place of places) await place.clear();
    rmSync(folder, { recursive: true });
  });

  const BOUND_MS = 60_000;
  async function until(condition: () => Promise<boolean>, runs: readonly Run[]): Promise<void> {
    const endMs = systemClock.monotonicMs() + BOUND_MS;
    while (!(await condition())) {
      if (systemClock.monotonicMs() > endMs) throw new Error(runs.map(({ stderr }) => stderr).join("\n"));
      await systemClock.sleep(50);
    }
  }

  test("people arrive, the history is sealed and verified by the auditor, and a person is erased", async () => {
    const [front, back] = places as readonly [Place, Place];
    const shared = {
      ENCRYPTION_KEY_FILE: makeEncryptionKey(folder),
      BOOTSTRAP_TOKEN: TOKEN,
      LOG_LEVEL: "warn",
      SIMULATOR_PORT: back.settings["SIMULATOR_PORT"]!,
    };
    const worker = { ...back.settings, ...shared, ROLE: "worker", DATABASE_URL: urlOf("worker") };
    // The owner has applied the migrations; these find nothing to do.
    const runs = [
      await back.start(worker),
      await front.start({ ...shared, ROLE: "api", DATABASE_URL: urlOf("api") }),
    ];
    const call = (method: string, path: string, body?: object) =>
      fetch(`${front.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const user = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "ada",
      displayName: "Ada",
      phoneNumbers: [{ value: "+8613800000001", type: "mobile" }],
    };
    const made = await call("POST", "/scim/v2/Users", user);
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const remote = async () =>
      (
        (await (await fetch(`${back.simulatorUrl}/_sim/state`)).json()) as {
          users: readonly { userid: string }[];
        }
      ).users.map(({ userid }) => userid);
    await until(async () => (await remote()).includes(id), runs);
    const patch = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "active", value: false }],
    };
    expect((await call("PATCH", `/scim/v2/Users/${id}`, patch)).status).toBe(200);
    for (const run of runs) expect(run.stderr).not.toMatch(/permission denied|42501/);

    const erase = runCommand(["subject", "erase", id, "--basis", "a test"], worker);
    expect([await erase.ended(), erase.stderr]).toEqual([0, expect.any(String)]);
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    await until(async () => {
      const { rows } = await owner.query(
        "select count(*)::int as n, count(*) filter (where code = 'subject.erased')::int as erased from history h where exists (select from history_leaves l where l.event = h.id)",
      );
      return rows[0].n > 4 && rows[0].erased === 1;
    }, runs);
    await owner.end();
    const verify = runCommand(["history", "verify", "--json"], {
      ...front.settings,
      DATABASE_URL: urlOf("auditor"),
    });
    expect([await verify.ended(), verify.stderr]).toEqual([0, ""]);
    expect(JSON.parse(verify.stdout)).toMatchObject({ ok: true });
    const roles = runCommand(["database", "roles", "--json"], {
      ...front.settings,
      DATABASE_URL: database.url,
    });
    expect([await roles.ended(), JSON.parse(roles.stdout).roles.length]).toEqual([0, 3]);
  });
});
