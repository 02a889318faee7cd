import { openProduct, type Product } from "../../support/product.ts";

/*
 * DingTalk's trouble never shows in a SCIM answer: the same requests, whatever is wrong over there, are
 * answered alike.
 */

let product: Product;

beforeAll(async () => {
  product = await openProduct();
  await product.startSync();
});

afterAll(() => product.close());

/** The worker has met with the fault: something has to be tried again, or the target rests. */
const trouble = () =>
  product.until(async () => {
    const { rows } = await product.pool.query(
      "select 1 from entity_states where attempts > 0 union all select 1 from target_states where paused_until > now()",
    );
    return rows.length > 0;
  });

/** A person comes, changes, joins a group and leaves again. */
async function story(name: string): Promise<readonly number[]> {
  const statuses: number[] = [];
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await product.send(method, `/scim/v2${path}`, body === undefined ? {} : { body });
    statuses.push(answer.status);
    return answer.body;
  };
  const person = await send("POST", "/Users", {
    userName: name,
    displayName: name,
    phoneNumbers: [{ type: "mobile", value: "+852 9000 0001" }],
  });
  await trouble();
  await send("PATCH", `/Users/${person.id}`, {
    Operations: [{ op: "replace", path: "title", value: "Clerk" }],
  });
  const group = await send("POST", "/Groups", {
    displayName: `Shop ${name}`,
    members: [{ value: person.id }],
  });
  await send("GET", `/Users?${new URLSearchParams({ filter: `userName eq "${name}"` })}`);
  await send("PATCH", `/Groups/${group.id}`, {
    Operations: [{ op: "remove", path: `members[value eq "${person.id}"]` }],
  });
  await send("PUT", `/Users/${person.id}`, { userName: name, active: false });
  await send("POST", "/Bulk", { Operations: [{ method: "DELETE", path: `/Groups/${group.id}` }] });
  await send("DELETE", `/Users/${person.id}`);
  return statuses;
}

test.each(["http500", "timeout_before", "token_expired", "permission", "quota", "busy"])(
  "%s",
  async (fault) => {
    await product.control("faults", { fault, times: 10_000 });
    expect(await story(fault)).toEqual([201, 200, 201, 200, 200, 200, 200, 204]);
    await product.control("faults", {});
  },
);
