import { uuidv7 } from "../../../src/core/id.ts";
import { JSON_LIMITS } from "../../../src/scim/json.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/* Clients without PATCH, Okta among them, send all members of a group in one request. */

let open: OpenScim;
let members: readonly { readonly value: string }[];

beforeAll(async () => {
  open = await openScim();
  const { pool, sourceId } = open.app;
  const ids = Array.from({ length: JSON_LIMITS.elements }, (_, at) =>
    uuidv7(Date.parse("2026-01-01T00:00:00Z") + at),
  );
  await pool.query(
    `insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
     select id, $1, true, 'p' || n, 'p' || n, json_build_object('schemas', '[]'::json, 'userName', 'p' || n), now(), now()
       from unnest($2::uuid[]) with ordinality as t(id, n)`,
    [sourceId, ids],
  );
  members = ids.map((value) => ({ value }));
});

afterAll(() => open.close());

test("10,000 members come in one request, are replaced in one, and leave in one", async () => {
  expect(members).toHaveLength(10_000);
  const { scim } = open;
  const group = await scim.group({ members });
  const path = `/Groups/${group.id}`;
  const membersNow = async () =>
    (await scim.get(path)).body.members as readonly { value: string }[] | undefined;
  expect(group.members).toHaveLength(10_000);

  const half = members.slice(5_000);
  expect((await scim.send("PUT", path, { displayName: group.displayName, members: half })).status).toBe(200);
  expect(new Set((await membersNow())?.map(({ value }) => value))).toEqual(
    new Set(half.map(({ value }) => value)),
  );

  expect((await scim.patch(path, { op: "replace", path: "members", value: members })).status).toBeLessThan(
    300,
  );
  expect(await membersNow()).toHaveLength(10_000);

  expect((await scim.patch(path, { op: "Remove", path: "members", value: members })).status).toBeLessThan(
    300,
  );
  expect(await membersNow()).toBeUndefined();
});

test("one more is refused, and says so", async () => {
  const answer = await open.scim.send("POST", "/Groups", {
    displayName: "more",
    members: [...members, members[0]],
  });
  expect([answer.status, answer.body.scimType]).toEqual([400, "tooMany"]);
});
