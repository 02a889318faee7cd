import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { openProduct, type Product, type Reply } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/* Two sources of the same people: each finds its own records and nothing of the other's, whatever it asks. */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const PEOPLE = 6;

let product: Product;
/** Of the source that asks. */
let entra: string;
/** Ids and values of the other one, which must not show anywhere. */
const secrets: string[] = [];
const ids = { users: [] as string[], groups: [] as string[], own: [] as string[], ownGroup: "" };

const person = (n: number, source: string) => ({
  schemas: [`${CORE}:User`, ENTERPRISE],
  userName: `${source}-${n}@example.com`,
  externalId: `${source}-external-${n}`,
  displayName: `${source} Person ${n}`,
  title: `${source} title ${n}`,
  active: true,
  emails: [{ type: "work", value: `${source}-mail-${n}@example.com` }],
  phoneNumbers: [{ type: "mobile", value: `+852 5555 ${source === "workday" ? "1" : "2"}00${n}` }],
  [ENTERPRISE]: { employeeNumber: `E${n}` },
});

const as = (token: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  product.send(method, path, { token, ...(body === undefined ? {} : { body }) });
const ask = (method: string, path: string, body?: unknown): Promise<Reply> => as(entra, method, path, body);

beforeAll(async () => {
  const file = join(mkdtempSync(join(temporaryRoot(), "mapping-")), "mapping.yaml");
  writeFileSync(
    file,
    `${DEFAULT_MAPPING}\nsources:\n  join: [{ by: employeeNumber, decide: join }]\n  authority: { order: [workday, entra] }\n`,
  );
  product = await openProduct({ settings: { MAPPING_FILE: file } });
  const workday = await product.token(["provision"], "workday");
  entra = await product.token(["provision"], "entra");
  for (let n = 1; n <= PEOPLE; n++) {
    const { body } = await as(workday, "POST", "/scim/v2/Users", person(n, "workday"));
    ids.users.push(body.id);
    ids.own.push((await ask("POST", "/scim/v2/Users", person(n, "entra"))).body.id);
  }
  const groupOf = (name: string, members: readonly string[]) => ({
    schemas: [`${CORE}:Group`],
    displayName: name,
    externalId: `${name}-external`,
    members: members.map((value) => ({ value })),
  });
  ids.groups.push(
    (await as(workday, "POST", "/scim/v2/Groups", groupOf("workday-group", ids.users))).body.id,
  );
  ids.ownGroup = (await ask("POST", "/scim/v2/Groups", groupOf("entra-group", ids.own))).body.id;
  secrets.push(...ids.users, ...ids.groups, "workday-", "workday Person", "workday title", "5555 100");
  await product.startSync({ MAPPING_FILE: file });
  await product.quiet();
});
afterAll(() => product.close());

/** Nothing of the other source is in an answer, its headers included. */
function showsNothing(answer: Reply, but: readonly string[] = []): void {
  const text = answer.text + JSON.stringify([...answer.headers]);
  expect(
    secrets.filter((secret) => text.includes(secret) && !but.some((asked) => asked.includes(secret))),
  ).toEqual([]);
}

test("they are one person each, and once in DingTalk", async () => {
  expect((await product.remote()).users).toHaveLength(PEOPLE);
  const { rows } = await product.pool.query("select count(*)::int as n from people");
  expect(rows[0].n).toBe(PEOPLE);
});

test("every id of the other source is not found, by every route and method", async () => {
  for (const [kind, all] of [
    ["Users", ids.users],
    ["Groups", ids.groups],
  ] as const)
    for (const id of all) {
      const path = `/scim/v2/${kind}/${id}`;
      const schemas = [`${CORE}:${kind.slice(0, -1)}`];
      const patch = {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [{ op: "replace", path: "displayName", value: "x" }],
      };
      const answers = [
        await ask("GET", path),
        await ask("GET", `${path}?attributes=groups,members,meta`),
        await ask("PUT", path, { schemas, userName: "x", displayName: "x" }),
        await ask("PATCH", path, patch),
        await ask("DELETE", path),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
      for (const answer of answers) showsNothing(answer, [id]);
    }
});

const FILTERS = [
  (id: string) => `id eq "${id}"`,
  () => 'userName eq "workday-1@example.com"',
  () => 'userName sw "workday"',
  () => 'externalId eq "workday-external-1"',
  () => 'displayName co "workday"',
  () => 'title eq "workday title 1"',
  () => 'emails.value co "workday"',
  () => 'emails[type eq "work" and value sw "workday"]',
  () => 'phoneNumbers.value co "5555 100"',
  (id: string) => `groups.value eq "${ids.groups[0]}" or id eq "${id}"`,
  (id: string) => `manager eq "${id}"`,
  (id: string) => `not (id eq "${id}") and userName sw "workday"`,
];

test("no filter finds what the other source wrote", async () => {
  for (const filter of FILTERS) {
    const text = filter(ids.users[0]!);
    const answers = [
      await ask("GET", `/scim/v2/Users?filter=${encodeURIComponent(text)}`),
      await ask("POST", "/scim/v2/Users/.search", {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        filter: text,
      }),
    ];
    for (const answer of answers) {
      expect([text, answer.body.totalResults]).toEqual([text, 0]);
      showsNothing(answer, [text]);
    }
  }
  const groups = [
    `id eq "${ids.groups[0]}"`,
    'displayName sw "workday"',
    'externalId sw "workday"',
    `members.value eq "${ids.users[0]}"`,
  ];
  for (const filter of groups) {
    const answer = await ask("GET", `/scim/v2/Groups?filter=${encodeURIComponent(filter)}`);
    expect([filter, answer.body.totalResults]).toEqual([filter, 0]);
  }
  // Who they are for this source: by the number, its own record only.
  const own = await ask(
    "GET",
    `/scim/v2/Users?filter=${encodeURIComponent(`${ENTERPRISE}:employeeNumber eq "E1"`)}`,
  );
  expect(own.body.Resources.map((user: { id: string }) => user.id)).toEqual([ids.own[0]]);
});

test("lists, pages, orders and cursors hold its own records, as it wrote them", async () => {
  const paths = [
    "/scim/v2/Users",
    "/scim/v2/Users?sortBy=title&sortOrder=descending",
    "/scim/v2/Users?startIndex=4&count=2",
    "/scim/v2/Users?startIndex=50",
    "/scim/v2/Users?count=0",
    "/scim/v2/Users?cursor&count=2",
  ];
  for (const path of paths) {
    const answer = await ask("GET", path);
    expect([path, answer.status, answer.body.totalResults]).toEqual([path, 200, PEOPLE]);
    showsNothing(answer);
  }
  const seen: string[] = [];
  for (let cursor: string | undefined = "", page = 0; cursor !== undefined && page < 9; page++) {
    const { body }: Reply = await ask("GET", `/scim/v2/Users?count=2&cursor=${cursor}`);
    seen.push(...body.Resources.map((user: { id: string }) => user.id));
    cursor = body.nextCursor;
  }
  expect(seen.sort()).toEqual([...ids.own].sort());
  for (const [at, id] of ids.own.entries())
    expect((await ask("GET", `/scim/v2/Users/${id}`)).body).toMatchObject(person(at + 1, "entra"));
  for (const path of ["/scim/v2/Groups", "/scim/v2/", `/scim/v2/Groups/${ids.ownGroup}`])
    showsNothing(await ask("GET", path));
});

test("a cursor of the other source leads nowhere else", async () => {
  const workday = await product.token(["provision"], "workday");
  const { body } = await as(workday, "GET", "/scim/v2/Users?count=2&cursor");
  const answer = await ask("GET", `/scim/v2/Users?count=2&cursor=${body.nextCursor}`);
  if (answer.status === 200)
    expect(answer.body.Resources.every((user: { id: string }) => ids.own.includes(user.id))).toBe(true);
  showsNothing(answer);
});

test("nothing of the other source can be referred to", async () => {
  const members = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "add", path: "members", value: [{ value: ids.users[0] }] }],
  };
  expect((await ask("PATCH", `/scim/v2/Groups/${ids.ownGroup}`, members)).status).toBe(400);
  const bulk = await ask("POST", "/scim/v2/Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: [
      { method: "DELETE", path: `/Users/${ids.users[0]}` },
      { method: "PATCH", path: `/Groups/${ids.groups[0]}`, data: members },
    ],
  });
  expect(bulk.body.Operations.map((operation: { status: string }) => operation.status)).toEqual([
    "404",
    "404",
  ]);
});

test("labels of metrics name nobody and no record", async () => {
  const { status, text } = await product.send("GET", "/metrics");
  expect(status).toBe(200);
  expect([...secrets, ...ids.own].filter((secret) => secret !== "workday-" && text.includes(secret))).toEqual(
    [],
  );
});

test("operators see both sides, decide, and take it back", async () => {
  const person1 = await product.send("GET", `/api/users/${ids.users[0]}`);
  expect(person1.body.records).toEqual([
    { id: ids.users[0], source: "workday", active: true },
    { id: ids.own[0], source: "entra", active: true },
  ]);
  expect(person1.body.conflicts).toContainEqual({
    attribute: "title",
    values: [
      { source: "workday", record: ids.users[0], value: "workday title 1" },
      { source: "entra", record: ids.own[0], value: "entra title 1" },
    ],
  });
  const title = person1.body.columns.find((column: { attribute: string }) => column.attribute === "title");
  expect(title).toMatchObject({
    directory: "workday title 1",
    bySource: [
      {
        source: "workday",
        record: ids.users[0],
        read: [{ path: "user.title", value: "workday title 1" }, {}],
      },
      { source: "entra", record: ids.own[0], read: [{ path: "user.title", value: "entra title 1" }, {}] },
    ],
  });
  const viewer = await product.token(["history:read"], "viewer");
  const masked = await as(viewer, "GET", `/api/users/${ids.users[0]}`);
  expect(masked.text).not.toContain("title 1");
  expect((await as(viewer, "POST", `/api/joins/records/${ids.own[0]}/separate`)).status).toBe(403);
  const separated = await product.send("POST", `/api/joins/records/${ids.own[0]}/separate`);
  expect(separated.body.joins).toMatchObject([
    { state: "refused", record: { id: ids.own[0], source: "entra" } },
  ]);
  expect((await product.send("POST", `/api/joins/records/${ids.own[0]}/separate`)).status).toBe(409);
  expect((await product.send("POST", "/api/joins/search")).body).toEqual({ joined: 0, proposed: 0 });
  const { joins } = (await product.send("GET", "/api/joins?state=refused")).body;
  expect((await product.send("POST", `/api/joins/${joins[0].id}/refuse`)).status).toBe(409);
  expect((await product.send("POST", `/api/joins/${joins[0].id}/accept`)).body).toMatchObject({
    state: "joined",
  });
  expect((await product.send("POST", `/api/joins/${ids.users[0]}/accept`)).status).toBe(404);
  await product.quiet();
  expect((await product.remote()).users).toHaveLength(PEOPLE);
});
