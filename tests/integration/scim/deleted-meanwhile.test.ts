import { setTimeout as pause } from "node:timers/promises";
import { GROUP } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/*
 * Somebody who is deleted between the look at who a group should have and the row that says so: the answer is
 * that of somebody who was deleted before.
 */

let open: OpenScim;
beforeAll(async () => {
  open = await openScim();
});
afterAll(() => open.close());

/**
 * The answer to `send`, which begins while `table` has lost the row already, but nobody can see it, and ends
 * when everybody can.
 */
async function whileDeleted<T>(table: "users" | "groups", id: string, send: () => Promise<T>): Promise<T> {
  const other = await open.app.pool.connect();
  try {
    await other.query("begin");
    await other.query(`delete from ${table} where id = $1`, [id]);
    let ended = false;
    const answer = send().finally(() => {
      ended = true;
    });
    const waits = async () =>
      (
        await open.app.pool.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
      ).rowCount! > 0;
    while (!(ended || (await waits()))) await pause(5);
    expect(ended).toBe(false);
    await other.query("commit");
    return await answer;
  } finally {
    other.release();
  }
}

const membersOf = async (id: string): Promise<string[]> =>
  ((await open.scim.get(`/Groups/${id}`)).body.members ?? []).map(({ value }: { value: string }) => value);

test("a new group with a person", async () => {
  const { id } = await open.scim.user();
  const displayName = open.scim.unique("group");
  const body = { schemas: [GROUP], displayName, members: [{ value: id }] };
  const never = await open.scim.send("POST", "/Groups", {
    ...body,
    members: [{ value: crypto.randomUUID() }],
  });
  const answer = await whileDeleted("users", id, () => open.scim.send("POST", "/Groups", body));
  expect(answer.status).toBe(never.status);
  expect(answer.status).toBeLessThan(500);
  const found = await open.scim.get(
    `/Groups?filter=${encodeURIComponent(`displayName eq "${displayName}"`)}`,
  );
  expect(found.body.totalResults).toBe(answer.status === 201 ? 1 : 0);
});

test.each([
  ["added", "add"],
  ["put in the place of the others", "replace"],
])("a person %s", async (_name, op) => {
  const [stays, goes] = [await open.scim.user(), await open.scim.user()];
  const group = await open.scim.group({ members: [{ value: stays.id }] });
  const patch = (id: string) =>
    open.scim.patch(`/Groups/${group.id}`, { op, path: "members", value: [{ value: id }] });
  const never = await patch(crypto.randomUUID());
  const answer = await whileDeleted("users", goes.id, () => patch(goes.id));
  expect(answer.status).toBe(never.status);
  expect(answer.status).toBeLessThan(500);
  expect(await membersOf(group.id)).toEqual([stays.id]);
});

test("a group in a group", async () => {
  const [outer, inner] = [await open.scim.group(), await open.scim.group()];
  const patch = (id: string) =>
    open.scim.patch(`/Groups/${outer.id}`, {
      op: "add",
      path: "members",
      value: [{ value: id, type: "Group" }],
    });
  const never = await patch(crypto.randomUUID());
  const answer = await whileDeleted("groups", inner.id, () => patch(inner.id));
  expect(answer.status).toBe(never.status);
  expect(answer.status).toBeLessThan(500);
  expect(await membersOf(outer.id)).toEqual([]);
});

test("the group itself", async () => {
  const [group, person] = [await open.scim.group(), await open.scim.user()];
  const answer = await whileDeleted("groups", group.id, () =>
    open.scim.patch(`/Groups/${group.id}`, { op: "add", path: "members", value: [{ value: person.id }] }),
  );
  expect(answer.status).toBe(404);
});
