import { openProduct, type Product } from "../../support/product.ts";

/*
 * A contact scope that shrinks while the loop works. No event tells of it: the comparison finds that the app
 * does not see its people any more.
 */

let product: Product;
afterEach(() => product.close());

const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const incidents = async (): Promise<readonly { cause: string; code: string; class: string }[]> =>
  (await product.send("GET", "/api/incidents?state=open")).body.incidents;
/** By their own id, which DingTalk has as theirs. */
const there = async () => (await product.remote()).users.map(({ userid }) => userid).sort();
const scope = (departments: readonly number[]) =>
  product.control("switches", { contactScope: { departments, users: [] } });

test("everything rests with the reason, nobody is made again or taken for gone, and it goes on when the scope is wide again", async () => {
  product = await openProduct();
  const ids: string[] = [];
  for (let n = 0; n < 6; n++) {
    const phoneNumbers = [{ type: "mobile", value: `+852 6${String(n).padStart(7, "0")}` }];
    const body = {
      schemas: [`${CORE}:User`],
      userName: `p${n}@example.com`,
      displayName: `Person ${n}`,
      phoneNumbers,
    };
    ids.push((await product.send("POST", "/scim/v2/Users", { body })).body.id);
  }
  const members = ids.slice(0, 3).map((value) => ({ value }));
  await product.send("POST", "/scim/v2/Groups", {
    body: { schemas: [`${CORE}:Group`], displayName: "Sales", members },
  });
  await product.startSync();
  product.startAlerts();
  await product.until(async () => (await there()).length === ids.length);
  await product.quiet();
  const [people, sales] = [
    await there(),
    (await product.remote()).departments.find(({ name }) => name === "Sales")!.dept_id,
  ];

  await scope([sales]);
  expect((await product.send("POST", "/api/sync/reconcile")).status).toBe(202);
  await product.until(async () => (await incidents()).some(({ code }) => code === "contactScope"));
  expect((await incidents()).find(({ code }) => code === "contactScope")).toMatchObject({
    cause: "target",
    class: "A",
  });
  const { body: status } = await product.send("GET", "/api/sync/status");
  expect(JSON.stringify(status)).toContain("contact-scope");
  // A write of a client meanwhile waits.
  await product.send("PATCH", `/scim/v2/Users/${ids[5]}`, {
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "title", value: "Buyer" }],
    },
  });
  const missing =
    "select count(*)::int as n from links where kind = 'user' and status = 'owned' and attributes is not null";
  expect([await there(), (await product.pool.query(missing)).rows[0].n]).toEqual([people, ids.length]);
  // It rests for as long as it is so, and not until a pause runs out.
  const until = async () =>
    (await product.pool.query("select paused_until from target_states")).rows[0].paused_until as Date;
  const first = await until();
  await product.until(async () => (await until()) > first);
  expect(
    (
      await product.pool.query(
        "select 1 from history where code = 'target.intent' and detail->>'action' <> 'create'",
      )
    ).rows,
  ).toEqual([]);

  await scope([1]);
  await product.until(async () => (await product.remote()).users.some(({ title }) => title === "Buyer"));
  expect(JSON.stringify((await product.send("GET", "/api/sync/status")).body)).not.toContain("contact-scope");
  await product.quiet();
  expect(await there()).toEqual(people);
  const { rows } = await product.pool.query(
    "select detail->>'action' as action, count(*)::int as n from history where code = 'target.intent' and subject_kind = 'user' group by 1 order by 1",
  );
  expect(rows).toContainEqual({ action: "create", n: ids.length });
  expect(rows.some(({ action }) => action === "remove")).toBe(false);
});
