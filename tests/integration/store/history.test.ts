import { randomUUID } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import { Unavailable } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createUserDirectory } from "../../../src/directory/users.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { createDirectoryStore } from "../../../src/store/create.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { message, type ScimClient } from "../../conformance/client.ts";
import { testVault } from "../../support/vault.ts";
import { type OpenScim, openScim } from "../scim/open-scim.ts";

let open: OpenScim;
let scim: ScimClient;
let requestId: string | null;

beforeAll(async () => {
  open = await openScim(({ answer }) => {
    requestId = answer.headers.get("x-request-id");
  });
  scim = open.scim;
});

afterAll(() => open.close());

const sql = async (text: string, values: readonly unknown[] = []) =>
  (await open.app.pool.query(text, values as unknown[])).rows;

/** Events of the last request, and none besides. */
async function eventsOf(act: () => Promise<unknown>) {
  const [{ n: before }] = (await sql("select count(*) as n from history")) as [{ n: number }];
  await act();
  const rows = await sql(
    "select id, code, subject_kind, subject, actor, source_id, causes from history where request_id = $1",
    [requestId],
  );
  const [{ n: after }] = (await sql("select count(*) as n from history")) as [{ n: number }];
  expect(after - before).toBe(rows.length);
  const log = createEventLog(open.app.pool, testVault);
  return Promise.all(
    rows.map(async ({ id, ...row }) => ({ ...row, changes: (await log.story(id))?.event.changes ?? null })),
  );
}

describe("history is append-only", () => {
  beforeAll(() => scim.user());

  test.each([
    "update history set actor = 'nobody'",
    "delete from history",
    "truncate history",
    "update history set code = code",
    "update history set sealed = null, changes = null",
    "delete from history where code = 'user.created'",
  ])("%s is refused", async (text) => {
    const before = await open.contents();
    await expect(sql(text)).rejects.toThrow("history is append-only");
    expect(await open.contents()).toEqual(before);
  });
});

describe("history forgets by rule", () => {
  const id = "01980000-0000-7000-8000-000000000009";
  const subject = "01980000-0000-7000-8000-00000000000a";
  const old = (days: number, code = "user.updated") =>
    sql(
      `insert into history (id, at, code, actor, subject_kind, subject, changes, detail)
        values ($1, now() - $2 * interval '1 day', $3, 'token:x', 'user', $4, '{"title":{"after":"Clerk"}}', '{"count":1}')`,
      [id, days, code, subject],
    );
  const row = async () =>
    (await sql("select code, actor, changes, attributes, detail from history where id = $1", [id]))[0];
  afterEach(async () => {
    await sql(
      "set session_replication_role = replica; delete from history where actor = 'token:x'; set session_replication_role = default",
    );
    await sql("delete from subject_keys where subject = $1", [subject]);
  });

  const values = "update history set changes = null, attributes = '{title}' where id = $1";
  test.each<[string, number, string, string, boolean]>([
    ["values of a month", 31, "user.updated", values, true],
    ["values of less", 29, "user.updated", values, false],
    [
      "values, and the name with them",
      31,
      "user.updated",
      "update history set changes = null where id = $1",
      false,
    ],
    ["values, and who acted", 31, "user.updated", `${values.replace("set", "set actor = 'nobody',")}`, false],
    ["values, and a detail", 31, "user.updated", `${values.replace("set", "set detail = null,")}`, false],
    [
      "other values in their place",
      4_000,
      "user.updated",
      'update history set changes = \'{"title":{"after":"King"}}\' where id = $1',
      false,
    ],
    ["an event of a year", 366, "user.updated", "delete from history where id = $1", true],
    ["an event of less", 364, "user.updated", "delete from history where id = $1", false],
    ["who looked, of a month", 31, "personal.read", "delete from history where id = $1", true],
    ["who looked, of less", 29, "personal.read", "delete from history where id = $1", false],
  ])("%s", async (_name, days, code, statement, allowed) => {
    await old(days, code);
    const before = await row();
    if (allowed) await sql(statement, [id]);
    else await expect(sql(statement, [id])).rejects.toThrow("history is append-only");
    if (!allowed) expect(await row()).toEqual(before);
    else if (statement.startsWith("update"))
      expect(await row()).toEqual({ ...before, changes: null, attributes: ["title"] });
    else expect(await row()).toBeUndefined();
  });

  test("values of somebody whose key was destroyed, however young", async () => {
    await old(0);
    await sql("insert into subject_keys (subject, kind, destroyed_at) values ($1, 'user', now())", [subject]);
    await sql(values, [id]);
    expect(await row()).toMatchObject({ changes: null, attributes: ["title"] });
  });
});

describe("one write is one event with the id of its request", () => {
  let user: string;
  let other: string;
  let group: string;
  beforeAll(async () => {
    other = (await scim.user()).id;
  });

  const replace = (path: string, value: unknown) => ({ op: "replace", path, value });

  test.each<[string, () => Promise<unknown>, string, object]>([
    [
      "a person made",
      async () => {
        user = (await scim.user({ userName: "mei", title: "Clerk" })).id;
      },
      "user.created",
      { userName: { after: "mei" }, title: { after: "Clerk" } },
    ],
    [
      "a person patched",
      () => scim.patch(`/Users/${user}`, replace("title", "Head")),
      "user.updated",
      { title: { before: "Clerk", after: "Head" } },
    ],
    [
      "a person replaced",
      () => scim.send("PUT", `/Users/${user}`, { userName: "mei", nickName: "M" }),
      "user.updated",
      { title: { before: "Head" }, nickName: { after: "M" } },
    ],
    [
      "a person switched off",
      () => scim.patch(`/Users/${user}`, replace("active", false)),
      "user.deactivated",
      { active: { before: true, after: false } },
    ],
    [
      "a person switched on",
      () => scim.patch(`/Users/${user}`, replace("active", true)),
      "user.activated",
      { active: { before: false, after: true } },
    ],
    [
      "a group made with a member",
      async () => {
        group = (await scim.group({ displayName: "Sales", members: [{ value: user }] })).id;
      },
      "group.created",
      { displayName: { after: "Sales" }, members: { after: [() => user] } },
    ],
    [
      "members added, one of them there already",
      () =>
        scim.patch(`/Groups/${group}`, {
          op: "add",
          path: "members",
          value: [{ value: user }, { value: other }],
        }),
      "group.members",
      { members: { after: [() => other] } },
    ],
    [
      "a group renamed while a member leaves",
      () =>
        scim.patch(`/Groups/${group}`, replace("displayName", "Shops"), {
          op: "remove",
          path: `members[value eq "${other}"]`,
        }),
      "group.updated",
      { displayName: { before: "Sales", after: "Shops" }, members: { before: [() => other] } },
    ],
    [
      "a group removed",
      () => scim.send("DELETE", `/Groups/${group}`),
      "group.deleted",
      { displayName: { before: "Shops" } },
    ],
    [
      "a person removed",
      () => scim.send("DELETE", `/Users/${user}`),
      "user.deleted",
      { userName: { before: "mei" }, nickName: { before: "M" } },
    ],
  ])("%s", async (_name, act, code, changes) => {
    const events = await eventsOf(act);
    const subject = code.startsWith("user.") ? user : group;
    expect(events).toEqual([
      {
        code,
        subject_kind: code.split(".")[0],
        subject,
        actor: expect.stringMatching(/^token:/),
        source_id: open.app.sourceId,
        causes: [],
        changes: expect.objectContaining(resolved(changes)),
      },
    ]);
  });

  /** Ids that are known only when the row runs are functions. */
  function resolved(value: unknown): object {
    return JSON.parse(
      JSON.stringify(value, (_key, each: unknown) => (typeof each === "function" ? each() : each)),
    ) as object;
  }
});

test("what changes nothing leaves no event", async () => {
  const { id } = await scim.user({ userName: "still", title: "Clerk" });
  const group = (await scim.group({ displayName: "Still", members: [{ value: id }] })).id;
  const before = await open.contents();
  for (const act of [
    () => scim.patch(`/Users/${id}`, { op: "replace", path: "title", value: "Clerk" }),
    () => scim.send("PUT", `/Users/${id}`, { userName: "still", title: "Clerk" }),
    () => scim.patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: id }] }),
    () => scim.patch(`/Groups/${group}`, { op: "replace", path: "displayName", value: "Still" }),
    () => scim.send("DELETE", `/Users/${randomUUID()}`),
    () => scim.send("POST", "/Users", { userName: "still" }),
  ])
    expect(await eventsOf(act)).toEqual([]);
  expect(await open.contents()).toEqual(before);
});

describe("when an event cannot be stored", () => {
  let user: string;
  let group: string;
  beforeAll(async () => {
    user = (await scim.user({ userName: "kept", title: "Clerk" })).id;
    group = (await scim.group({ displayName: "Kept", members: [{ value: user }] })).id;
    await sql(
      `create function broken() returns trigger language plpgsql as $$ begin raise exception 'the disk of the history is gone'; end $$`,
    );
  });

  const BREAKS: readonly [string, string, string][] = [
    [
      "a trigger raises",
      "create trigger broken before insert on history execute function broken()",
      "drop trigger broken on history",
    ],
    [
      "a rule of the table refuses it",
      "alter table history add constraint broken check (actor = '') not valid",
      "alter table history drop constraint broken",
    ],
  ];
  const WRITES: readonly [string, () => [string, string, unknown?]][] = [
    ["create", () => ["POST", "/Users", { userName: "new" }]],
    [
      "patch",
      () => ["PATCH", `/Users/${user}`, { Operations: [{ op: "replace", path: "title", value: "Head" }] }],
    ],
    ["replace", () => ["PUT", `/Users/${user}`, { userName: "kept" }]],
    ["delete", () => ["DELETE", `/Users/${user}`]],
    ["create group", () => ["POST", "/Groups", { displayName: "New", members: [{ value: user }] }]],
    [
      "change members",
      () => [
        "PATCH",
        `/Groups/${group}`,
        { Operations: [{ op: "remove", path: "members", value: [{ value: user }] }] },
      ],
    ],
    [
      "rename",
      () => [
        "PATCH",
        `/Groups/${group}`,
        { Operations: [{ op: "replace", path: "displayName", value: "X" }] },
      ],
    ],
    ["delete group", () => ["DELETE", `/Groups/${group}`]],
  ];

  test.each(BREAKS)(
    "because %s, every write is refused as a whole, with 503 and a time to come back",
    async (_name, breakIt, mendIt) => {
      const before = await open.contents();
      await sql(breakIt);
      for (const [name, request] of WRITES) {
        const answer = await scim.send(...request());
        expect([name, answer.status, Number(answer.headers.get("retry-after"))]).toEqual([name, 503, 30]);
        expect(answer.body).toEqual({
          schemas: [message("Error")],
          status: "503",
          detail: "temporarily unavailable, try again later",
        });
      }
      // Reading goes on.
      expect((await scim.get(`/Users/${user}`)).status).toBe(200);
      await sql(mendIt);
      expect(await open.contents()).toEqual(before);
    },
  );

  test("because the privilege is gone, it is refused likewise", async () => {
    const role = `scim_${randomUUID().slice(0, 8)}`;
    await sql(`create role ${role}`);
    for (const schema of ["public", "graphile_worker"]) {
      await sql(`grant usage on schema ${schema} to ${role}`);
      await sql(`grant all on all tables in schema ${schema} to ${role}`);
    }
    const url = new URL(open.app.databaseUrl);
    url.searchParams.set("options", `-c role=${role}`);
    const weak = createPool({ url: url.href, max: 1, logger: silentLogger });
    const users = createUserDirectory({
      store: createDirectoryStore(weak, [], testVault),
      clock: systemClock,
    });
    const create = (userName: string) => {
      const context = { sourceId: open.app.sourceId, actor: "token:test", requestId: randomUUID() };
      return users.create(context, readUser({ userName }));
    };
    await create("before");
    await sql(`revoke insert on history from ${role}`);
    const before = await open.contents();
    await expect(create("after")).rejects.toMatchObject({
      constructor: Unavailable,
      cause: { code: "42501", message: "permission denied for table history" },
    });
    await weak.end();
    await sql(`drop owned by ${role}`);
    await sql(`drop role ${role}`);
    expect(await open.contents()).toEqual(before);
  });
});
