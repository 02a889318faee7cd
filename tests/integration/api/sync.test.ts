import { personMeant } from "../../../src/cli/database/find-person.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { findRemoved } from "../../../src/store/status/removed-people.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { plainFigures } from "../store/plain-figures.ts";

let product: Product;
const ids: Record<string, string> = {};

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NOBODY = "2819c223-7f76-453a-919d-413861904646";

/** One entity in each of the five states. */
beforeAll(async () => {
  product = await openProduct();
  const stranger = { userid: "stranger", name: "Stranger", mobile: "+852-90000003", dept_id_list: "1" };
  await product.control("edit", { call: "/topapi/v2/user/create", body: stranger });
  const add = async (displayName: string, number: string) => {
    const body = {
      userName: displayName,
      displayName,
      title: "Clerk",
      phoneNumbers: [{ type: "mobile", value: number }],
    };
    ids[displayName] = (await product.send("POST", "/scim/v2/Users", { body })).body.id;
  };
  await add("Ann Lee", "+852 9000 0001");
  await add("Bo Chan", "+852 9000 0002");
  await add("Cy Wong", "+852 9000 0003");
  const { body } = await product.send("POST", "/scim/v2/Groups", { body: { displayName: "Leeds/Shop" } });
  ids["Leeds/Shop"] = body.id;
  const sync = await product.startSync();
  await product.until(
    async () => (await product.send("GET", "/api/sync/items?state=parked")).body.items.length === 1,
  );
  await product.quiet();
  await sync.stop(1_000);
  await product.send("DELETE", `/scim/v2/Users/${ids["Bo Chan"]}`);
  const upsert = await product.startSync({ SYNC_MODE: "upsert" });
  await product.quiet();
  await upsert.stop(1_000);
  await product.send("POST", "/scim/v2/Users", {
    body: {
      userName: "dee",
      displayName: "Dee",
      emails: [{ type: "work", value: "Dee@work.example" }],
      [ENTERPRISE]: { employeeNumber: "E-77" },
    },
  });
});

afterAll(() => product.close());

const items = async (query: Record<string, string> = {}) =>
  (await product.send("GET", `/api/sync/items?${new URLSearchParams(query)}`)).body;
const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name).sort();

test("the status counts every entity in one of five states", async () => {
  const { body } = await product.send("GET", "/api/sync/status");
  expect(body).toMatchObject({
    target: "dingtalk",
    // The API of this process is set to another one than the loop that ran last.
    mode: "upsert",
    ceiling: "upsert",
    processes: [],
    sandbox: null,
    asOf: expect.any(String),
    lost: 0,
    paused: null,
    states: { due: 1, waiting: 0, held: 1, parked: 1 },
    oldestDue: expect.any(String),
    latencyMs: { p50: expect.any(Number) },
    // Of three active people one is there and right.
    accuracy: 1 / 3,
    coverage: 1 / 3,
  });
  const { states, people } = await plainFigures(product.pool, "dingtalk");
  expect(body.states).toEqual(states);
  expect([body.coverage, body.accuracy]).toEqual([
    people.present / people.active,
    people.accurate / people.active,
  ]);
  expect(body.calls.byApi).toEqual(expect.objectContaining({ "/topapi/v2/user/create": 3 }));
  expect(body.calls.total).toBe(
    Object.values(body.calls.byApi as Record<string, number>).reduce((sum, n) => sum + n),
  );
});

test.each<[string, Record<string, string>, string[]]>([
  ["due", { state: "due" }, ["Dee"]],
  ["waiting", { state: "waiting" }, []],
  ["held", { state: "held" }, ["Bo Chan"]],
  ["parked", { state: "parked" }, ["Cy Wong"]],
  ["in sync, departments", { state: "inSync", kind: "department" }, ["Leeds", "Shop"]],
  ["groups", { kind: "group" }, ["Leeds/Shop"]],
  ["roles", { kind: "role" }, []],
  ["a part of the name, in any letter case", { q: "LEE" }, ["Ann Lee", "Leeds", "Leeds/Shop"]],
  ["a part that is no pattern", { q: "%" }, []],
  ["nobody", { q: "zz" }, []],
  ["a part of the user name", { q: "DEE" }, ["Dee"]],
  ["the last digits of the mobile number", { q: "0001" }, ["Ann Lee"]],
  ["the number as it is written", { q: "+852 9000 0003" }, ["Cy Wong"]],
  ["digits that stand elsewhere in a number", { q: "8529" }, []],
  ["a part of an e-mail address", { q: "dee@work.example" }, ["Dee"]],
  ["the job number", { q: "E-77" }, ["Dee"]],
  ["a part of the job number", { q: "E-7" }, []],
  ["the reason", { reason: "mobileTaken" }, ["Cy Wong"]],
  ["another reason", { reason: "modeUpsert" }, ["Bo Chan"]],
  ["a reason and a kind that do not meet", { reason: "modeUpsert", kind: "group" }, []],
  ["a reason nobody has", { reason: "nameTaken" }, []],
])("entities are found by %s", async (_name, query, expected) => {
  expect(names(await items(query))).toEqual(expected);
});

test("an entity tells why it is where it is, and what to do", async () => {
  const [parked] = (await items({ state: "parked" })).items;
  expect(parked).toMatchObject({
    kind: "user",
    id: ids["Cy Wong"],
    reasonCode: "mobileTaken",
    lastAnswer: "60104",
    holder: { kind: "user", remoteId: "stranger" },
    attempts: 1,
    dueSince: expect.any(String),
    notes: [],
  });
  expect(parked.reason.length + parked.remedy.length).toBeGreaterThan(40);
  const [held] = (await items({ state: "held" })).items;
  expect(held).toMatchObject({
    id: ids["Bo Chan"],
    name: "Bo Chan",
    remoteId: ids["Bo Chan"],
    reasonCode: "modeUpsert",
  });
  expect((await items({ state: "inSync", kind: "user" })).items[0]).toMatchObject({
    remoteId: ids["Ann Lee"],
    settledAt: expect.any(String),
  });
});

test("pages show each entity once", async () => {
  const seen: { id: string; kind: string; name: string }[] = [];
  for (let after: string | undefined, first = true; first || after; first = false) {
    const page = await items({ count: "2", ...(after ? { after } : {}) });
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items);
    after = page.next;
  }
  const whole = await items();
  expect(seen).toEqual(whole.items);
  expect(names(whole)).toContain("Ann Lee");
});

test.each<[string, Record<string, string>]>([
  ["state", { state: "gone" }],
  ["kind", { kind: "person" }],
  ["count", { count: "0" }],
  ["after", { after: "user" }],
])("%s that is none is refused", async (_name, query) => {
  const answer = await product.send("GET", `/api/sync/items?${new URLSearchParams(query)}`);
  expect([answer.status, answer.body.code]).toEqual([400, "INVALID_VALUE"]);
});

describe("one more try", () => {
  test("is made due, recorded with who asked for it, and leads to what the try did", async () => {
    const token = await product.token(["admin"]);
    const answer = await product.send("POST", `/api/sync/items/user/${ids["Cy Wong"]}/retry`, { token });
    expect([answer.status, answer.body]).toEqual([
      202,
      { kind: "user", id: ids["Cy Wong"], state: "due", paused: null, targetPause: null },
    ]);
    // Until the next look it is known what the last one found.
    expect((await items({ q: "cy" })).items[0]).toMatchObject({
      state: "due",
      attempts: 0,
      id: ids["Cy Wong"],
      reasonCode: "mobileTaken",
      reason: expect.stringContaining("60104"),
      remedy: expect.stringMatching(/./),
    });

    // Meanwhile somebody has corrected the number of the one who had it.
    await product.control("edit", {
      call: "/topapi/v2/user/update",
      body: { userid: "stranger", mobile: "+852-90000009" },
    });
    const sync = await product.startSync();
    await product.until(async () => (await items({ q: "cy" })).items[0].state === "inSync");
    await sync.stop(1_000);
    expect((await product.remote()).users.map(({ name }) => name)).toContain("Cy Wong");

    const filter = `requestId eq "${answer.headers.get("x-request-id")}"`;
    const { events } = (await product.send("GET", `/api/history?${new URLSearchParams({ filter })}`)).body;
    expect(events).toMatchObject([
      {
        code: "operator.retry",
        actor: `token:${token.split("_")[2]}`,
        subject: { kind: "user", id: ids["Cy Wong"] },
      },
    ]);
    const story = (await product.send("GET", `/api/history/${events[0].id}`)).body;
    expect(
      story.effects
        .map(({ code, outcome }: { code: string; outcome?: string }) => [code, outcome])
        .slice(0, 2),
    ).toEqual([
      ["target.intent", undefined],
      ["target.outcome", "done"],
    ]);
  });

  test.each([
    ["somebody unknown", `user/${NOBODY}`],
    ["another kind", () => `group/${ids["Ann Lee"]}`],
    ["no kind", () => `person/${ids["Ann Lee"]}`],
    ["no id", "user/ann"],
  ])("of %s is 404, and leaves no event", async (_name, address) => {
    const count = async () => (await product.pool.query("select count(*) as n from history")).rows[0].n;
    const before = await count();
    const path = typeof address === "string" ? address : address();
    expect((await product.send("POST", `/api/sync/items/${path}/retry`)).status).toBe(404);
    expect(await count()).toBe(before);
  });
});

describe("one more try for all of one cause", () => {
  const retry = (body: unknown, token?: string) =>
    product.send("POST", "/api/sync/items/retry", { body, ...(token === undefined ? {} : { token }) });

  test("makes those due that are not in sync for it, and no other, in one event", async () => {
    const stuck = async (reasonCode: string, n: number) =>
      product.pool.query(
        `insert into entity_states (target, kind, entity_id, state, reason_code, reason, remedy)
         select 'dingtalk', 'user', gen_random_uuid(), 'parked', $1, 'r', 'm' from generate_series(1, $2)`,
        [reasonCode, n],
      );
    await stuck("emailTaken", 4_100);
    await stuck("emailInvalid", 3);
    await product.pool.query(
      "update entity_states set reason_code = 'emailTaken' where state = 'inSync' and kind = 'user'",
    );

    const answer = await retry({ reason: "emailTaken" });
    expect([answer.status, answer.body]).toEqual([
      202,
      { reason: "emailTaken", count: 4_100, paused: null, targetPause: null },
    ]);
    const { rows } = await product.pool.query(
      `select state, reason_code, count(*)::int as n, count(remedy)::int as remedies, min(cardinality(causes)) as causes from entity_states
        where reason_code like 'email%' and state <> 'inSync' group by state, reason_code order by state`,
    );
    expect(rows).toEqual([
      { state: "due", reason_code: "emailTaken", n: 4_100, remedies: 4_100, causes: 1 },
      { state: "parked", reason_code: "emailInvalid", n: 3, remedies: 3, causes: 0 },
    ]);
    const filter = `requestId eq "${answer.headers.get("x-request-id")}"`;
    const { events } = (await product.send("GET", `/api/history?${new URLSearchParams({ filter })}`)).body;
    expect(events).toMatchObject([{ code: "operator.retry", detail: { reasonCode: "emailTaken" } }]);
    await product.pool.query(
      "delete from entity_states where reason_code like 'email%' and state <> 'inSync'",
    );
    await product.pool.query("update entity_states set reason_code = null where state = 'inSync'");
  });

  test("of a cause nobody has is nothing, and leaves no event", async () => {
    const answer = await retry({ reason: "nameTaken" });
    expect([answer.status, answer.body.count]).toEqual([202, 0]);
    const filter = `requestId eq "${answer.headers.get("x-request-id")}"`;
    expect(
      (await product.send("GET", `/api/history?${new URLSearchParams({ filter })}`)).body.events,
    ).toEqual([]);
  });

  test.each([
    [undefined],
    [{}],
    [{ reason: 1 }],
    [{ reason: "" }],
    [{ reason: "a b" }],
    [["mobileTaken"]],
    ["mobileTaken"],
  ])("a body %j that names none is refused", async (body) => expect((await retry(body)).status).toBe(400));

  test("is for operators", async () => {
    expect((await retry({ reason: "nameTaken" }, await product.token(["history:read"]))).status).toBe(403);
  });

  test("says that nothing is sent while the target rests, as the try of one does", async () => {
    await product.pool.query(
      "insert into target_states (target, paused_until, pause_reason) values ('dingtalk', now() + interval '1 hour', 'not ready') on conflict (target) do update set paused_until = excluded.paused_until, pause_reason = excluded.pause_reason",
    );
    const paused = { until: expect.any(String), reason: "not ready", problems: [] };
    expect((await retry({ reason: "nameTaken" })).body.targetPause).toEqual(paused);
    expect(
      (await product.send("POST", `/api/sync/items/user/${ids["Ann Lee"]}/retry`)).body.targetPause,
    ).toEqual(paused);
    await product.pool.query("update target_states set paused_until = null, pause_reason = null");
  });
});

describe("scopes", () => {
  const READ = ["/api/sync/status", "/api/sync/items", "/api/history", `/api/history/${NOBODY}`];
  const WRITE = [`/api/sync/items/user/${NOBODY}/retry`, "/api/sync/reconcile"];

  test.each<["provision" | "history:read" | "admin", number[], number[]]>([
    ["provision", [403, 403, 403, 403], [403, 403]],
    ["history:read", [200, 200, 200, 404], [403, 403]],
    ["admin", [200, 200, 403, 403], [404, 202]],
  ])("%s", async (scope, read, write) => {
    const token = await product.token([scope]);
    const ask = async (method: string, paths: readonly string[]) =>
      Promise.all(paths.map(async (path) => (await product.send(method, path, { token })).status));
    expect(await ask("GET", READ)).toEqual(read);
    expect(await ask("POST", WRITE)).toEqual(write);
  });

  test("without a token there is nothing to see", async () => {
    for (const path of READ) expect((await product.send("GET", path, { token: "" })).status).toBe(401);
    for (const path of WRITE) expect((await product.send("POST", path, { token: "" })).status).toBe(401);
  });

  test("auditors and operators see every source, whichever their token belongs to; SCIM clients see their own", async () => {
    const [auditor, client] = [
      await product.token(["history:read"], "audit"),
      await product.token(["provision"], "audit"),
    ];
    const filter = `subject eq "${ids["Ann Lee"]}" and code eq "user.created"`;
    expect(
      (await product.send("GET", `/api/history?${new URLSearchParams({ filter })}`, { token: auditor })).body
        .events,
    ).toHaveLength(1);
    expect((await product.send("GET", "/api/sync/items?q=ann", { token: auditor })).body.items).toHaveLength(
      1,
    );
    expect((await product.send("GET", `/scim/v2/Users/${ids["Ann Lee"]}`, { token: client })).status).toBe(
      404,
    );
  });
});

describe("people with Chinese names", () => {
  beforeAll(async () => {
    const add = async (userName: string, displayName: string, more: object = {}) => {
      ids[userName] = (
        await product.send("POST", "/scim/v2/Users", { body: { userName, displayName, ...more } })
      ).body.id;
    };
    await add("huang", "黃小明");
    await add("huang.2", "黄小明（財務）");
    await add("ye", "叶^[1]-张");
    await add("gone", "衛國強", { phoneNumbers: [{ type: "mobile", value: "+852 9000 7007" }] });
    const sync = await product.startSync();
    await product.quiet();
    await product.send("DELETE", `/scim/v2/Users/${ids["gone"]}`);
    await product.quiet();
    await sync.stop(1_000);
  });

  test.each<[string, string, string[]]>([
    ["simplified characters", "黄小明", ["黃小明", "黄小明（財務）"]],
    ["traditional characters", "黃小明", ["黃小明", "黄小明（財務）"]],
    ["both", "黃小明（财務）", ["黄小明（財務）"]],
    ["signs that mean something in patterns", "葉^[1]-張", ["叶^[1]-张"]],
    ["a pattern, which is none", "葉.", []],
  ])("are found by %s", async (_name, q, expected) => {
    expect(names(await items({ q }))).toEqual(expected.sort());
  });

  test("somebody who was deleted is found by the name they had in DingTalk", async () => {
    expect(await findRemoved(product.pool, "dingtalk", "卫国", 5)).toEqual([
      { id: ids["gone"], name: "衛國強", at: expect.any(Date) },
    ]);
    expect(await findRemoved(product.pool, "dingtalk", "黃小明", 5)).toEqual([]);
    const meant = personMeant({ pool: product.pool, clock: systemClock }, "卫国强");
    await expect(meant).rejects.toThrow(
      `Deleted, and removed from DingTalk: 衛國強 (${ids["gone"]}, removed `,
    );
  });
});
