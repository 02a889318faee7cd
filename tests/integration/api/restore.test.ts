import { openProduct, type Product } from "../../support/product.ts";

/* The database goes back to an older one, DingTalk does not. */

let product: Product;
beforeEach(async () => {
  product = await openProduct();
});
afterEach(() => product.close());

const post = async (name: string, n: number): Promise<string> => {
  const reply = await product.send("POST", "/scim/v2/Users", {
    body: {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: `${name}@example.com`,
      displayName: name,
      active: true,
      phoneNumbers: [{ type: "mobile", value: `+852 6111 000${n}` }],
    },
  });
  return reply.body.id;
};
const inside = async () => (await product.remote()).users.map(({ userid }) => userid).sort();
const eventCount = async () =>
  (await product.pool.query("select count(*)::int as n from history")).rows[0].n as number;

/** As a restore of a backup of this moment would: what came after it is not there. */
const backup = async (): Promise<() => Promise<void>> => {
  const { rows } = await product.pool.query("select id from history");
  const kept = rows.map(({ id }) => id as string);
  return async () => {
    const client = await product.pool.connect();
    try {
      await client.query("set session_replication_role = replica");
      await client.query("delete from history where id <> all($1::uuid[])", [kept]);
      for (const table of ["users", "entity_states", "links", "resource_counts"])
        await client.query(`delete from ${table}`);
      await client.query("set session_replication_role = default");
    } finally {
      client.release();
    }
  };
};

test("people made after the backup and sent again are there once, and those not sent again are not", async () => {
  const loop = await product.startSync();
  await post("kept", 0);
  await product.quiet();
  const restore = await backup();
  const [again, gone] = [await post("again", 1), await post("gone", 2)];
  await product.quiet();
  // The newest event has been seen by now.
  const before = await eventCount();
  await product.until(async () => (await eventCount()) === before);
  await loop.stop(2_000);
  await (await product.startSync()).stop(2_000);
  await restore();
  expect(await inside()).toContain(gone);

  await product.startSync();
  const anew = await post("again", 1);
  expect(anew).not.toBe(again);
  await product.until(
    async () =>
      (await inside()).includes(anew) &&
      !(await inside()).includes(gone) &&
      !(await inside()).includes(again),
  );
  const { rows } = await product.pool.query("select detail from history where code = 'database.restored'");
  expect(rows.map(({ detail }) => Object.keys(JSON.parse(detail)))).toEqual([["since", "until"]]);
});

test("nothing is said where nothing was lost: a restart, and another database in its place", async () => {
  await (await product.startSync()).stop(2_000);
  await post("one", 1);
  await (await product.startSync()).stop(2_000);
  const client = await product.pool.connect();
  await client.query(
    "set session_replication_role = replica; delete from history; set session_replication_role = default",
  );
  client.release();
  await post("two", 2);
  await product.startSync();
  await product.quiet();
  expect((await product.pool.query("select 1 from history where code = 'database.restored'")).rows).toEqual(
    [],
  );
});

test("a start in observe compares by itself, so that there are plans to see", async () => {
  const loop = await product.startSync();
  const id = await post("li", 1);
  await product.quiet();
  await loop.stop(2_000);
  await product.control("edit", {
    call: "/topapi/v2/user/update",
    body: { userid: id, title: "King", name: "Other" },
  });
  await product.startSync({ SYNC_MODE: "observe" });
  await product.until(
    async () => (await product.send("GET", "/api/sync/items?state=held")).body.items.length === 1,
  );
  expect((await product.remote()).users[0]).toMatchObject({ name: "Other" });
});
