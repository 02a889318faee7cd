import type pg from "pg";
import { message, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/* A database that is there, but has no time: somebody holds what a request needs, or every connection is in use. */

let open: OpenScim;

beforeAll(async () => {
  open = await openScim();
});
afterAll(() => open.close());

const BUSY = { schemas: [message("Error")], status: "503", detail: "temporarily unavailable, try again later" };

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
  const retitle = (id: string) => open.scim.patch(`/Users/${id}`, { op: "replace", path: "title", value: "new" });
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
