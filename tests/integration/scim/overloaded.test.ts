import type pg from "pg";
import { GROUP, message, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/*
 * A database that is there, but has no time: somebody holds what a request needs, or every connection is in
 * use.
 */

let open: OpenScim;

beforeAll(async () => {
  open = await openScim();
});
afterAll(() => open.close());

const BUSY = {
  schemas: [message("Error")],
  status: "503",
  detail: "temporarily unavailable, try again later",
};

test("with every connection in use, requests are 503 with Retry-After, and nothing of them happens later", async () => {
  const { pool } = open.app;
  const before = await open.contents();
  const held: pg.PoolClient[] = [];
  for (let at = 0; at < (pool.options.max ?? 10); at++) held.push(await pool.connect());
  const answers = await Promise.all([
    open.scim.get("/Users"),
    open.scim.send("POST", "/Users", { schemas: [USER], userName: "no.room@example.com" }),
  ]);
  for (const client of held) client.release();
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, body: BUSY });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(await open.contents()).toEqual(before);
});

test("a write that waits too long for another one's lock is 503, those that came with it are not, and it can be repeated", async () => {
  const [locked, free] = [await open.scim.user(), await open.scim.user()];
  const retitle = (id: string) =>
    open.scim.patch(`/Users/${id}`, { op: "replace", path: "title", value: "new" });
  const client = await open.app.pool.connect();
  try {
    await client.query("begin");
    await client.query("select 1 from users where id = $1 for update", [locked.id]);
    const [waited, went] = await Promise.all([retitle(locked.id), retitle(free.id)]);
    expect(waited).toMatchObject({ status: 503, body: BUSY });
    expect(went.status).toBe(200);
  } finally {
    await client.query("rollback");
    client.release();
  }
  expect(await retitle(locked.id)).toMatchObject({ status: 200, body: { title: "new" } });
});

const WITHIN_MS = 5_000;
/** For a machine that does other work as well. */
const SLACK_MS = 1_000;

/** What somebody else may hold, and the requests that need it. */
const HELD: readonly (readonly [
  held: string,
  sql: string,
  of: "user" | "group",
  path: string,
  method: string,
  body: unknown,
])[] = [
  [
    "a person's row",
    "select from users where id = $1 for update",
    "user",
    "/Users/:id",
    "PATCH",
    { op: "replace", path: "title", value: "x" },
  ],
  [
    "a person's state",
    "select from entity_states where entity_id = $1 for update",
    "user",
    "/Users/:id",
    "PATCH",
    { op: "add", path: "title", value: "y" },
  ],
  [
    "a group's row",
    "select from groups where id = $1 for update",
    "group",
    "/Groups/:id",
    "PATCH",
    { op: "replace", path: "displayName", value: "z" },
  ],
  [
    "a group's row",
    "select from groups where id = $1 for update",
    "group",
    "/Groups/:id",
    "DELETE",
    undefined,
  ],
  [
    "all groups",
    "lock table groups in share row exclusive mode",
    "group",
    "/Groups",
    "POST",
    { displayName: "new" },
  ],
  [
    "the history",
    "lock table history in exclusive mode",
    "user",
    "/Users/:id",
    "PATCH",
    { op: "add", path: "title", value: "w" },
  ],
];

// Each with a database of its own, so that all wait at the same time.
test("whatever somebody else holds, a request that needs it is 503 within five seconds", async () => {
  const answers = await Promise.all(HELD.map(askedWhileHeld));
  for (const [at, { held, method, status, retryAfter, ms }] of answers.entries()) {
    expect([held, method, status]).toEqual([HELD[at]![0], HELD[at]![4], 503]);
    expect(retryAfter).toBeGreaterThan(0);
    expect(ms).toBeLessThan(WITHIN_MS + SLACK_MS);
  }
}, 60_000);

async function askedWhileHeld([held, sql, of, path, method, body]: (typeof HELD)[number]) {
  const { app, scim, close } = await openScim();
  try {
    const { id } = of === "user" ? await scim.user() : await scim.group();
    const client = await app.pool.connect();
    await client.query("begin");
    await client.query(sql, sql.includes("$1") ? [id] : []);
    const beganMs = performance.now();
    const address = path.replace(":id", id);
    const answer =
      method === "PATCH"
        ? await scim.patch(address, body as object)
        : await scim.send(
            method,
            address,
            body && { schemas: [of === "user" ? USER : GROUP], ...(body as object) },
          );
    const ms = performance.now() - beganMs;
    await client.query("rollback");
    client.release();
    return { held, method, status: answer.status, retryAfter: Number(answer.headers.get("retry-after")), ms };
  } finally {
    await close();
  }
}
