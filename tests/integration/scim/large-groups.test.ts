import pg from "pg";
import { uuidv7 } from "../../../src/core/id.ts";
import { SCANS_MAX } from "../../../src/store/postgres/scans.ts";
import type { ScimClient } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/* The size of a group shows in no request that does not ask for its members. */

const SIZE = 5_000;
let open: OpenScim;
let scim: ScimClient;
let large: string;
let small: string;

beforeAll(async () => {
  open = await openScim();
  scim = open.scim;
  const { pool, sourceId } = open.app;
  large = (await scim.group({ displayName: "large" })).id;
  small = (await scim.group({ displayName: "small" })).id;
  const ids = Array.from({ length: SIZE }, (_, at) => uuidv7(Date.parse("2026-01-01T00:00:00Z") + at));
  await pool.query(
    `insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
     select id, $1, true, 'p' || n, 'p' || n, json_build_object('schemas', '[]'::json, 'userName', 'p' || n, 'displayName', 'Person ' || n), now(), now()
       from unnest($2::uuid[]) with ordinality as t(id, n)`,
    [sourceId, ids],
  );
  for (const [group, count] of [
    [large, SIZE],
    [small, 10],
  ] as const) {
    await pool.query(
      "insert into group_members (group_id, user_id) select $1, id from unnest($2::uuid[]) id",
      [group, ids.slice(0, count)],
    );
  }
  await pool.query("analyze");
});

afterAll(() => open.close());

test("a group that is read with its members has all of them, in a stable order, without a length known beforehand", async () => {
  const answer = await scim.get(`/Groups/${large}`);
  expect(answer.headers.get("content-length")).toBeNull();
  const values = answer.body.members.map(({ value }: { value: string }) => value);
  expect(values).toHaveLength(SIZE);
  expect(values).toEqual([...values].sort());
  expect(answer.body.members[7]).toMatchObject({ type: "User", display: "Person 8" });
});

test("lists of groups carry members unless excluded", async () => {
  const all = await scim.get("/Groups", { sortBy: "displayName" });
  expect(all.body.Resources.map((group: { members?: unknown[] }) => group.members?.length)).toEqual([
    SIZE,
    10,
  ]);
  const none = await scim.get("/Groups", { excludedAttributes: "members" });
  expect(none.text).not.toContain('"members"');
});

test("in a list every group has the members it has alone, however many those are", async () => {
  const people = (await scim.get(`/Groups/${large}`, { attributes: "members.value" })).body
    .members as readonly { value: string }[];
  const sizes = [0, 1, 99, 100, 101, 250];
  const made: string[] = [];
  for (const size of sizes) made.push((await scim.group({ members: people.slice(0, size) })).id);
  const [inner, another] = [made[1]!, made[2]!];
  // Beside as many people as are read at once, one more is a group.
  for (const at of [0, 3]) {
    await scim.patch(`/Groups/${made[at]}`, {
      op: "add",
      path: "members",
      value: [{ value: inner }, { value: another }],
    });
  }
  const listed = (await scim.get("/Groups", { filter: made.map((id) => `id eq "${id}"`).join(" or ") })).body
    .Resources;
  const alone = await Promise.all(made.map(async (id) => (await scim.get(`/Groups/${id}`)).body));
  expect(listed).toEqual(alone);
  expect(listed.map(({ members = [] }: { members?: unknown[] }) => members.length)).toEqual([
    2, 1, 99, 102, 101, 250,
  ]);
});

test("a page of 100 groups with their members takes a handful of statements", async () => {
  const people = (await scim.get(`/Groups/${small}`)).body.members as readonly { value: string }[];
  const mark = scim.unique("page");
  for (let at = 0; at < 100; at++)
    await scim.group({ externalId: `${mark}-${at}`, members: people.slice(0, at % 5) });
  const list = () => scim.get("/Groups", { filter: `externalId sw "${mark}"`, count: 100 });
  expect((await list()).body.Resources).toHaveLength(100);
  const sent = jest.spyOn(pg.Client.prototype, "query");
  try {
    await list();
    const count = sent.mock.calls.length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(10);
  } finally {
    sent.mockRestore();
  }
});

/**
 * Counters of a connection are handed in when another statement asks for it, else at any time within ten
 * seconds: by those of every kind, or what was counted before shows up in the middle of a measurement.
 */
async function settle(): Promise<void> {
  const { pool } = open.app;
  const text = "select pg_stat_force_next_flush(), pg_sleep(0.01)";
  const plain = [pool, pool.byKey, pool.asyncCommit].flatMap((each) =>
    Array.from({ length: each.totalCount }, () => each.query(text)),
  );
  const scanning = Array.from({ length: SCANS_MAX }, (_, at) =>
    pool.scans.run(`owner-${at}`, { name: "settle", text }, []),
  );
  await Promise.all([...plain, ...scanning]);
}

/** Blocks of the database that one request touches: what it costs, whatever else the machine does. */
async function blocks(request: () => Promise<unknown>): Promise<number> {
  const read = async () => {
    const { rows } = await open.app.pool.query(
      "select sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0) + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0))::int as blocks from pg_statio_user_tables where relname in ('group_members', 'users', 'groups', 'group_children')",
    );
    return rows[0].blocks as number;
  };
  await settle();
  const before = await read();
  await request();
  await settle();
  return (await read()) - before;
}

test.each<[string, (group: string, person: string) => Promise<unknown>]>([
  ["a read without members", (group) => scim.get(`/Groups/${group}`, { excludedAttributes: "members" })],
  ["HEAD", (group) => scim.send("HEAD", `/Groups/${group}`)],
  [
    "a member added",
    (group, person) =>
      scim.patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: person }] }),
  ],
  [
    "a member removed",
    (group, person) =>
      scim.patch(`/Groups/${group}`, { op: "remove", path: "members", value: [{ value: person }] }),
  ],
  [
    "a new name",
    (group) =>
      scim.patch(`/Groups/${group}`, { op: "replace", path: "displayName", value: scim.unique("name") }),
  ],
  [
    "the match of a group",
    (group) => scim.get("/Groups", { excludedAttributes: "members", filter: `displayName eq "${group}"` }),
  ],
])("%s costs the same for a group of ten and a large one", async (_name, request) => {
  const person = await scim.user();
  const [few, many] = [
    await blocks(() => request(small, person.id)),
    await blocks(() => request(large, person.id)),
  ];
  expect(many).toBeLessThanOrEqual(few + 60);
});

test("the measure above tells a request that does read the members", async () => {
  const request = (group: string) => scim.get(`/Groups/${group}`);
  expect(await blocks(() => request(large))).toBeGreaterThan((await blocks(() => request(small))) + 60);
});

test("a client that goes away in the middle of an answer harms nobody", async () => {
  const leaving = new AbortController();
  const response = await fetch(`${scim.base}/Groups/${large}`, {
    headers: { authorization: `Bearer ${open.app.token}` },
    signal: leaving.signal,
  });
  await response.body!.getReader().read();
  leaving.abort();
  expect((await scim.get(`/Groups/${small}`)).status).toBe(200);
  expect(open.app.lines.filter(({ level }) => level === "error")).toEqual([]);
});
