import { ENTERPRISE, type Resource, type ScimClient, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

let open: OpenScim;
let scim: ScimClient;

beforeAll(async () => {
  open = await openScim();
  scim = open.scim;
});

afterAll(() => open.close());

test("a cycle that repeats what is there writes nothing, marks nobody, wakes nobody and tells history nothing", async () => {
  const boss = await scim.user();
  const sent = {
    schemas: [USER, ENTERPRISE],
    userName: "mei.chan@example.com",
    displayName: "Mei Chan",
    phoneNumbers: [{ type: "mobile", value: "+852 9123 4567" }],
    [ENTERPRISE]: { employeeNumber: "21008", manager: { value: boss.id } },
  };
  const user = await scim.user(sent);
  const group = await scim.group({ displayName: "Retail/Kowloon", members: [{ value: user.id }] });
  const inner = await scim.group({ displayName: "Inner" });
  await scim.patch(`/Groups/${group.id}`, { op: "add", path: "members", value: [{ value: inner.id }] });
  const before = await open.contents();
  await open.app.pool.query("delete from graphile_worker._private_jobs");

  const member = { op: "Add", path: "members", value: [{ value: user.id, $ref: null }] };
  const requests: readonly (readonly [method: string, path: string, body: Resource])[] = [
    ["PUT", `/Users/${user.id}`, sent],
    ["PUT", `/Users/${user.id}`, (await scim.get(`/Users/${user.id}`)).body],
    [
      "PATCH",
      `/Users/${user.id}`,
      { Operations: [{ op: "Replace", path: "displayName", value: "Mei Chan" }] },
    ],
    [
      "PATCH",
      `/Users/${user.id}`,
      { Operations: [{ op: "Replace", path: `${ENTERPRISE}:manager`, value: boss.id }] },
    ],
    [
      "PATCH",
      `/Users/${user.id}`,
      {
        Operations: [
          {
            op: "replace",
            value: { active: true, 'phoneNumbers[type eq "mobile"].value': "+852 9123 4567" },
          },
        ],
      },
    ],
    ["PATCH", `/Users/${user.id}`, { Operations: [{ op: "Remove", path: "title" }] }],
    ["PATCH", `/Groups/${group.id}`, { Operations: [member] }],
    [
      "PATCH",
      `/Groups/${group.id}`,
      { Operations: [{ op: "replace", value: { displayName: "Retail/Kowloon" } }, member] },
    ],
    [
      "PATCH",
      `/Groups/${group.id}`,
      { Operations: [{ op: "add", path: "members", value: [{ value: inner.id }] }] },
    ],
    [
      "PATCH",
      `/Groups/${group.id}`,
      { Operations: [{ op: "replace", path: "members", value: [{ value: inner.id }, { value: user.id }] }] },
    ],
    [
      "PATCH",
      `/Groups/${inner.id}`,
      { Operations: [{ op: "Remove", path: "members", value: [{ value: user.id }] }] },
    ],
    ["PUT", `/Groups/${group.id}`, (await scim.get(`/Groups/${group.id}`)).body],
  ];
  for (const [method, path, body] of requests) {
    const answer = await scim.send(method, path, body);
    expect([method, path, body, answer.status]).toEqual([method, path, body, 200]);
  }
  expect(await open.contents()).toEqual(before);
  const wakeUps = async () =>
    (await open.app.pool.query("select task_identifier from graphile_worker.jobs")).rows;
  expect(await wakeUps()).toEqual([]);
  await scim.patch(`/Users/${user.id}`, { op: "replace", path: "title", value: "x" });
  expect(await wakeUps()).toEqual([{ task_identifier: "reconcile" }]);
});

test("a write makes one event with the request's id, and marks the person in the same commit", async () => {
  const answer = await scim.send("POST", "/Users", { schemas: [USER], userName: scim.unique("user") });
  const requestId = answer.headers.get("x-request-id");
  const { rows } = await open.app.pool.query(
    "select code, subject, actor from history where request_id = $1",
    [requestId],
  );
  expect(rows).toEqual([{ code: "user.created", subject: answer.body.id, actor: "token:bootstrap" }]);
  const marks = await open.app.pool.query("select state from entity_states where entity_id = $1", [
    answer.body.id,
  ]);
  expect(marks.rows).toEqual([{ state: "due" }]);
});

test("each request on a group makes one event, whatever it changes at once", async () => {
  const [one, two] = [await scim.user(), await scim.user()];
  const made = await scim.send("POST", "/Groups", {
    displayName: scim.unique("group"),
    members: [{ value: one.id }],
  });
  const value = { displayName: scim.unique("renamed"), members: [{ value: two.id }] };
  const patched = await scim.patch(`/Groups/${made.body.id}`, { op: "add", value });
  const joined = await scim.patch(`/Groups/${made.body.id}`, {
    op: "remove",
    path: "members",
    value: [{ value: one.id }],
  });
  const codes = async (answer: typeof made) => {
    const { rows } = await open.app.pool.query("select code from history where request_id = $1", [
      answer.headers.get("x-request-id"),
    ]);
    return rows.map(({ code }) => code);
  };
  expect([await codes(made), await codes(patched), await codes(joined)]).toEqual([
    ["group.created"],
    ["group.updated"],
    ["group.members"],
  ]);
});
