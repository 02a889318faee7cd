import { join } from "node:path";
import { EVENT_CODES, OUTCOMES } from "../../src/history/event.ts";
import { beginTestLog } from "../support/history-log.ts";
import { openProduct, type Product } from "../support/product.ts";
import { readContract } from "./contract.ts";

const contract = readContract("");
const NOBODY = "2819c223-7f76-453a-919d-413861904646";
/** A feed with a consumer that polls. */
const FEED_FILE = join(__dirname, "..", "fixtures", "feed", "poll.yaml");
let product: Product;

beforeAll(async () => {
  product = await openProduct({ settings: { FEED_FILE } });
});

afterAll(() => product.close());

const paths = [...new Set(contract.operations.map(({ path }) => path))];
const methodsOf = (path: string): readonly string[] =>
  contract.operations.filter((operation) => operation.path === path).map(({ method }) => method);

test.each(paths)("%s takes the methods that are documented, and no others", async (path) => {
  const address = path
    .replace("{kind}", "user")
    .replace("{id}", NOBODY)
    .replace("{delivery}", NOBODY)
    .replace("{name}", "risc");
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const { status } = await product.send(method, address);
    // /Me answers 501 to every method of SCIM.
    const isOfMe = path.endsWith("/Me") && method !== "OPTIONS";
    if (!methodsOf(path).includes(method)) expect([method, status]).toEqual([method, isOfMe ? 501 : 405]);
    else expect([method, status]).not.toEqual([method, 405]);
  }
});

interface Layer {
  readonly route?: { readonly path: string };
  readonly handle: { readonly stack?: readonly Layer[] };
  readonly rawPath: string;
}

/** Paths of a router and of the routers mounted in it, without a slash at the end. */
function routesOf(stack: readonly Layer[], prefix: string): readonly string[] {
  return stack.flatMap(({ route, handle, rawPath }) => {
    if (route) return [(prefix + route.path).replace(/\/$/, "")];
    return routesOf(handle.stack ?? [], prefix + rawPath.replace(/\/$/, ""));
  });
}

test("every route there is is documented, and every documented path has a route", () => {
  const routes = product.mounts.flatMap(({ path, handler }) =>
    routesOf((handler as unknown as { stack: readonly Layer[] }).stack, path),
  );
  const documented = paths.map((path) => path.replace(/\/$/, ""));
  expect(
    [
      ...new Set(
        routes.map((path) =>
          path
            .replaceAll(/[:*](\w+)/g, "{$1}")
            .replace(/^\/\//, "/")
            .replace(/^\/$/, ""),
        ),
      ),
    ].sort(),
  ).toEqual(documented.sort());
});

test("the codes and outcomes of events are the ones that are written", () => {
  const { Event } = (
    contract.document as {
      components: { schemas: { Event: { properties: Record<string, { enum: string[] }> } } };
    }
  ).components.schemas;
  expect([Event.properties["code"]!.enum, Event.properties["outcome"]!.enum]).toEqual([
    EVENT_CODES,
    OUTCOMES,
  ]);
});

describe("outside SCIM", () => {
  const wrong: string[] = [];
  async function send(...[method, path, options]: Parameters<Product["send"]>) {
    const answer = await product.send(method, path, options);
    const problem = contract.problem({ method, path: path.split("?")[0]!, answer });
    if (problem !== undefined) wrong.push(problem);
    return answer;
  }

  /** Creates a hold with one member or none. */
  async function hold(member?: string): Promise<string> {
    const { rows } = await product.pool.query(
      `insert into holds (id, target, limit_name, state, hours, allowed, present, passed, policy, opened_at, expires_at)
       values (gen_random_uuid(), 'dingtalk', $1, 'open', 24, 5, 1, 5, '', now(), now() + interval '1 day') returning id`,
      [LIMITS.pop()],
    );
    const id = rows[0].id as string;
    if (member !== undefined)
      await product.pool.query(
        `insert into hold_members (hold_id, target, kind, entity_id, key, action, generation, causes)
         values ($1, 'dingtalk', 'user', $2, '', 'remove', 1, array(select h.id from history h where h.subject = $2))`,
        [id, member],
      );
    return id;
  }
  const LIMITS = ["peopleRemoved", "departmentsRemoved", "departmentEmptied"];
  /** Creates an incident with a message. */
  async function open(): Promise<{ readonly id: string; readonly delivery: string }> {
    const { rows } = await product.pool.query(
      `with incident as (
         insert into incidents (id, target, key, kind, code, class, count, detail, opened_at, remind_at)
         values (gen_random_uuid(), 'dingtalk', 'parked:mobileTaken', 'parked', 'mobileTaken', 'A', 2, '{"counts":{"user":2},"answer":"60104"}', now(), now()) returning id)
       insert into incident_deliveries (id, incident_id, channel, message, state, created_at, next_at)
       select gen_random_uuid(), incident.id, 'robot', 'opened', 'due', now(), now() from incident returning id as delivery, incident_id as id`,
    );
    return rows[0];
  }
  /** Creates a trust, a link and a session. Returns the paths that end them. */
  async function ended(): Promise<readonly string[]> {
    const { rows } = await product.pool.query(
      `with source as (select id from sources limit 1),
       trust as (
         insert into trusts (id, source_id, name, issuer, subject, audiences, tenant_id, jwks_url, scopes, created_at)
         select gen_random_uuid(), id, 'x', 'https://x', 's', '{a}', 't', 'https://x/keys', '{provision}', now() from source returning id),
       link as (
         insert into login_links (id, secret_hash, role, made_by, expires_at)
         values (gen_random_uuid(), sha256('x'), 'viewer', 'x', now() + interval '1 minute') returning id),
       session as (
         insert into sessions (id, secret_hash, actor, source_id, roles, name, scopes, opened_at, used_at, expires_at)
         select gen_random_uuid(), sha256('y'), 'link:x', id, '{}', 'x', '{}', now(), now(), now() + interval '1 hour' from source returning id)
       select trust.id as trusts, link.id as links, session.id as sessions from trust, link, session`,
    );
    return Object.entries(rows[0]).map(([what, id]) => `/api/access/${what}/${id}`);
  }
  const agreed = async (id: string) => {
    const { digest, count } = (await product.send("GET", `/api/sync/holds/${id}`)).body;
    return { digest, count };
  };

  test("every answer is as documented", async () => {
    const user = (
      await product.send("POST", "/scim/v2/Users", { body: { userName: "mei", displayName: "Mei" } })
    ).body.id;
    const group = (await product.send("POST", "/scim/v2/Groups", { body: { displayName: "Timeline" } })).body
      .id;
    const provision = await product.token(["provision"]);
    const client = {
      grant_type: "client_credentials",
      client_id: provision.split("_")[2]!,
      client_secret: provision,
    };
    const assertion = {
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: "x.y.z",
    };
    for (const path of ["/history/checkpoint", "/history/key"])
      expect((await send("GET", path)).status).toBe(404);
    await (await beginTestLog(product.pool))();
    const event = (await send("GET", `/api/history?filter=${encodeURIComponent(`subject eq "${user}"`)}`))
      .body.events[0].id;
    const elsewhere = await product.token(["provision"], "elsewhere");
    const both = (token?: string) =>
      product.send("POST", "/scim/v2/Users", {
        body: { userName: "both", displayName: "Both" },
        ...(token ? { token } : {}),
      });
    const [record, person] = [(await both(elsewhere)).body.id, (await both()).body.id];
    const join = "019ab2c4-5d6e-7f80-9123-456789abcdee";
    await product.pool.query(
      "insert into person_joins (id, record_id, person_id, matched, state) values ($1, $2, $3, '{userName}', 'proposed')",
      [join, record, person],
    );
    const left = (
      await product.send("POST", "/scim/v2/Users", { body: { userName: "left", displayName: "Left" } })
    ).body.id;
    await product.pool.query(
      `with record as (update users set person_id = id where id = $1 returning *)
       insert into persons (id, source_id, active, user_name, user_name_key, manager_source_id, email_keys, document, record_ids, left_sources, created_at, modified_at)
       select id, source_id, active, user_name, user_name_key, source_id, email_keys, document, array[id], (select array_agg(s.id) from sources s where s.name = 'elsewhere'),
         created_at, modified_at from record`,
      [left],
    );
    const adoption = "019ab2c4-5d6e-7f80-9123-456789abcdef";
    await product.pool.query(
      "insert into adoptions (id, target, kind, entity_id, remote_id, tier, matched, state) values ($1, 'dingtalk', 'user', $2, 'mei', 3, '{mobile,name}', 'proposed')",
      [adoption, user],
    );
    await product.pool.query("delete from assessments");
    const incident = await open();
    await product.pool.query(
      "insert into removed_people (target, entity_id, remote_id, attributes, counted) values ('dingtalk', $1, 'mei', '{}', true)",
      [user],
    );
    const [held, empty, other] = await Promise.all([hold(user), hold(), hold()]);
    const opened = await product.send("POST", "/auth/session", {
      token: "",
      body: { token: product.bootstrap },
    });
    const session = {
      cookie: opened.headers.getSetCookie()[0]!.split(";")[0]!,
      origin: "http://127.0.0.1:8080",
      "sec-fetch-site": "same-origin",
      "x-csrf-token": opened.body.csrf as string,
    };
    const ask: Parameters<Product["send"]>[] = [
      ["GET", "/api/sync/holds?count=1"],
      ["GET", "/api/sync/holds?state=wrong"],
      ["GET", `/api/sync/holds/${held}`],
      ["GET", `/api/sync/holds/${NOBODY}`],
      ["POST", `/api/sync/holds/${held}/approve`],
      ["POST", `/api/sync/holds/${held}/approve`, { body: { digest: "0", count: 1 } }],
      ["POST", `/api/sync/holds/${held}/approve`, { body: await agreed(held) }],
      ["POST", `/api/sync/holds/${empty}/approve`, { body: await agreed(empty) }],
      ["POST", `/api/sync/holds/${other}/reject`],
      ["POST", `/api/sync/holds/${other}/reject`],
      ...["approve", "reject"].flatMap((decision): Parameters<Product["send"]>[] => [
        ["POST", `/api/sync/holds/${NOBODY}/${decision}`, { body: { digest: "0", count: 1 } }],
        [
          "POST",
          `/api/sync/holds/${held}/${decision}`,
          { body: { digest: "x".repeat(2_000_000), count: 1 } },
        ],
        ["POST", `/api/sync/holds/${held}/${decision}`, { form: { count: "1" } }],
      ]),
      ["POST", "/api/sync/restore", { body: { ids: [user] } }],
      ["POST", "/api/sync/restore", { body: { ids: [NOBODY] } }],
      ["POST", "/api/sync/restore", { body: { ids: [] } }],
      ["POST", "/api/sync/restore", { body: { hold: NOBODY } }],
      ["POST", "/api/sync/restore", { body: { ids: "x".repeat(2_000_000) } }],
      ["POST", "/api/sync/restore", { form: { hold: NOBODY } }],
      ["GET", "/api/incidents?count=1"],
      ["GET", "/api/incidents?state=wrong"],
      ["GET", `/api/incidents/${incident.id}`],
      ["GET", `/api/incidents/${incident.id}?lang=xx`],
      ["GET", `/api/incidents/${NOBODY}`],
      ["POST", `/api/incidents/${incident.id}/acknowledge`],
      ["POST", `/api/incidents/${incident.id}/acknowledge?lang=xx`],
      ["POST", `/api/incidents/${NOBODY}/acknowledge`],
      ["POST", `/api/incidents/${incident.id}/deliveries/${incident.delivery}/replay`],
      ["POST", `/api/incidents/${incident.id}/deliveries/${incident.delivery}/replay?lang=xx`],
      ["POST", `/api/incidents/${incident.id}/deliveries/${NOBODY}/replay`],
      ["GET", "/api/feed"],
      ["POST", "/api/feed/risc/poll", { body: { returnImmediately: true } }],
      ["POST", "/api/feed/risc/poll", { body: { maxEvents: "many" } }],
      ["POST", "/api/feed/risc/replay", { body: { from: 1 } }],
      ...["replay", "poll"].flatMap((order): Parameters<Product["send"]>[] => [
        ["POST", `/api/feed/nobody/${order}`, { body: { from: 1 } }],
        ["POST", `/api/feed/risc/${order}`, { body: { from: "x".repeat(2_000_000) } }],
        ["POST", `/api/feed/risc/${order}`, { form: { from: "1" } }],
      ]),
      ["GET", "/api/sync/status"],
      ["GET", "/api/sync/plan?count=1"],
      ["GET", "/api/sync/plan/export?format=json"],
      ["GET", "/api/sync/plan/export?format=wrong"],
      ["GET", "/api/sync/plan?mode=wrong"],
      ["GET", "/api/sync/items?count=1"],
      ["GET", "/api/sync/items?state=wrong"],
      ["POST", `/api/sync/items/user/${user}/retry`],
      ["POST", `/api/sync/items/user/${NOBODY}/retry`],
      ["POST", "/api/sync/items/retry", { body: { reason: "mobileTaken" } }],
      ["POST", "/api/sync/items/retry", { body: { reason: "x".repeat(2_000_000) } }],
      ["POST", "/api/sync/items/retry", { form: { reason: "mobileTaken" } }],
      ["POST", "/api/sync/reconcile"],
      ["POST", "/api/sync/pause", { body: { reason: "a test" } }],
      ["POST", "/api/sync/pause", { body: { reason: "x".repeat(2_000_000) } }],
      ["POST", "/api/sync/pause", { form: { reason: "a test" } }],
      ["POST", "/api/sync/resume"],
      ["PUT", "/api/sync/mode", { body: { mode: "observe" } }],
      ["PUT", "/api/sync/mode", { body: { mode: "x".repeat(2_000_000) } }],
      ["PUT", "/api/sync/mode", { form: { mode: "observe" } }],
      ["GET", "/api/sync/reasons"],
      ["GET", `/api/users/${user}`],
      ["GET", `/api/users/${NOBODY}`],
      ["GET", "/api/sources"],
      ["GET", "/api/joins"],
      ["GET", "/api/joins?state=wrong"],
      ["POST", "/api/joins/search"],
      ["POST", `/api/joins/${join}/refuse`],
      ["POST", `/api/joins/${join}/accept`],
      ["POST", `/api/joins/records/${record}/separate`],
      ...["accept", "refuse"].map(
        (decision): Parameters<Product["send"]> => ["POST", `/api/joins/${NOBODY}/${decision}`],
      ),
      ["POST", `/api/joins/records/${NOBODY}/separate`],
      ["POST", `/api/joins/people/${record}/forget`],
      ["POST", `/api/joins/people/${left}/forget`],
      ["POST", `/api/joins/people/${NOBODY}/forget`],
      ["GET", "/api/mapping"],
      ["GET", "/api/mapping/trial?people=5"],
      ["GET", "/api/mapping/trial?people=0"],
      ["GET", `/api/mapping/people/${user}`],
      ["GET", `/api/mapping/people/${NOBODY}`],
      ...[{ text: "version: 1" }, { text: "version: 2" }, { text: "x".repeat(2_000_000) }].map(
        (body): Parameters<Product["send"]> => ["POST", "/api/mapping/replay", { body }],
      ),
      ["POST", "/api/mapping/replay", { form: { text: "x" } }],
      ["GET", "/api/departments"],
      ["GET", "/api/departments?parent=x"],
      ["GET", "/api/kpis?weeks=1"],
      ["GET", "/api/kpis?weeks=0"],
      ...[
        "/",
        "/needs-you",
        `/holds/${held}`,
        `/incidents/${NOBODY}`,
        "/people",
        `/people/${user}`,
        "/plan",
        "/mapping",
        "/history",
        `/history/${event}`,
        "/connections",
        "/departments",
        "/access",
        "/reports",
        "/reports/leavers",
        "/reports/evidence",
        "/report",
        "/verify",
      ].map((page): Parameters<Product["send"]> => ["GET", page, { token: "" }]),
      [
        "GET",
        /src="(\/assets\/[^"]+)"/.exec((await product.send("GET", "/", { token: "" })).text)![1]!,
        { token: "" },
      ],
      ["GET", "/assets/nothing.js", { token: "" }],
      ["GET", "/api/sync/assessment"],
      ["POST", "/api/sync/assess"],
      ["GET", "/api/sync/assessment"],
      ["GET", "/api/sync/adoptions"],
      ["POST", "/api/sync/adoptions/accept", { body: { tier: 1, count: 0 } }],
      ["POST", "/api/sync/adoptions/accept", { body: { tier: 1, count: "x".repeat(2_000_000) } }],
      ["POST", "/api/sync/adoptions/accept", { form: { tier: "1" } }],
      ["POST", `/api/sync/adoptions/${adoption}/accept`],
      ["POST", `/api/sync/adoptions/${NOBODY}/accept`],
      ["POST", `/api/sync/items/user/${user}/unlink`],
      ["POST", `/api/sync/items/user/${NOBODY}/unlink`],
      ["POST", `/api/sync/adoptions/${adoption}/reject`],
      ["POST", `/api/sync/adoptions/${NOBODY}/reject`],
      ["GET", "/api/history?count=1"],
      ["GET", "/api/history?filter=wrong"],
      ["GET", "/api/history/histogram?from=2026-07-01&to=2026-07-02"],
      ["GET", "/api/history/histogram"],
      ["GET", "/api/history/deleted?q=li"],
      ["GET", "/api/history/deleted"],
      ["GET", "/api/history/export"],
      ["GET", "/api/history/export?format=wrong"],
      ["GET", `/api/users/${user}/timeline`],
      ["GET", `/api/users/${user}/timeline?after=wrong`],
      ["GET", `/api/users/${NOBODY}/timeline`],
      ["GET", `/api/groups/${group}/timeline`],
      ["GET", `/api/groups/${group}/timeline?after=wrong`],
      ["GET", `/api/groups/${NOBODY}/timeline`],
      ["GET", "/api/leavers?from=2026-07-01&to=2126-07-02"],
      ["GET", "/api/leavers"],
      ["POST", "/api/evidence", { body: { from: "2026-01-01", to: "2026-01-02" } }],
      ["POST", "/api/evidence", { body: {} }],
      ["POST", "/api/evidence", { body: { from: "x".repeat(2_000_000) } }],
      ["POST", "/api/evidence", { form: { from: "2026-01-01" } }],
      ["GET", "/api/evidence"],
      ["GET", `/api/evidence/${NOBODY}`],
      ["GET", `/api/users/${user}?at=${new Date().toISOString()}`],
      ["GET", `/api/users/${NOBODY}?at=2026-01-01`],
      ["GET", `/api/groups/${group}`],
      ["GET", `/api/groups/${group}?at=2126-01-01`],
      ["GET", `/api/groups/${NOBODY}`],
      ["GET", "/api/organisation"],
      ["GET", "/api/organisation?at=2126-01-01"],
      ["GET", `/api/organisation/difference?from=2026-01-01&to=${new Date().toISOString()}`],
      ["GET", "/api/organisation/difference"],
      ["GET", `/api/history/${event}`],
      ["GET", `/api/history/${NOBODY}`],
      ["GET", `/api/history/${event}/proof`],
      ["GET", `/api/history/${NOBODY}/proof`],
      ...[
        "/history/checkpoint",
        "/history/key",
        "/history/tile/0/000.p/1",
        "/history/tile/entries/000.p/1",
        "/history/events/000.p/1",
      ].flatMap((path): Parameters<Product["send"]>[] => [
        ["GET", path],
        ["GET", path.replace(/000.*/, "999")],
        ["GET", path, { token: "" }],
        ["GET", path, { token: provision }],
      ]),
      ["GET", "/history/stretch?first=0&count=1"],
      ["GET", "/history/stretch?first=0&count=4096"],
      ["GET", "/history/stretch?first=1&count=4097"],
      ["GET", "/history/stretch", { token: "" }],
      ["GET", "/history/stretch", { token: provision }],
      ["POST", "/oauth2/token", { token: "", form: client }],
      ["POST", "/oauth2/token", { token: "", form: { grant_type: "password" } }],
      [
        "POST",
        "/oauth2/token",
        { token: "", form: { grant_type: "client_credentials", client_id: "nobody", client_secret: "x" } },
      ],
      ["POST", "/oauth2/token", { token: "", form: { ...assertion, client_id: NOBODY } }],
      ["POST", "/oauth2/token", { token: "", form: { ...assertion, client_secret: "x" } }],
      ["POST", "/oauth2/token", { token: "", body: {} }],
      ["POST", "/oauth2/token", { token: "", form: { grant_type: "x".repeat(20_000) } }],
      ["GET", "/api/access"],
      ["POST", "/api/access/tokens", { body: { name: "x", scopes: ["metrics"], days: 1 } }],
      ["POST", "/api/access/tokens", { body: { name: "x".repeat(2_000_000) } }],
      ["POST", "/api/access/tokens", { form: { name: "x" } }],
      [
        "POST",
        "/api/access/trusts",
        { body: { name: "x", tenantId: NOBODY, subject: "s", audiences: ["a"] } },
      ],
      ["POST", "/api/access/trusts", { body: { name: "x".repeat(2_000_000) } }],
      ["POST", "/api/access/trusts", { form: { name: "x" } }],
      ["POST", "/api/access/links", { body: { role: "viewer", reason: "a test" } }],
      ["POST", "/api/access/links", { body: { role: "x".repeat(2_000_000) } }],
      ["POST", "/api/access/links", { form: { role: "viewer" } }],
      ...["tokens", "trusts", "links", "sessions"].map(
        (what): Parameters<Product["send"]> => ["DELETE", `/api/access/${what}/${NOBODY}`],
      ),
      ["DELETE", `/api/access/tokens/${(await product.token(["metrics"])).split("_")[2]}`],
      ...(await ended()).map((path): Parameters<Product["send"]> => ["DELETE", path]),
      ["POST", "/auth/session", { token: "", body: { token: product.bootstrap } }],
      ["POST", "/auth/session", { token: "", body: { token: "wrong" } }],
      ["POST", "/auth/session", { token: "", body: {} }],
      ["POST", "/auth/session", { token: "", body: { token: "x".repeat(20_000) } }],
      ["POST", "/auth/session", { token: "", form: { token: "x" } }],
      [
        "POST",
        "/auth/session",
        { token: "", body: { token: product.bootstrap }, headers: { "sec-fetch-site": "cross-site" } },
      ],
      ["GET", "/auth/session", { token: "" }],
      ["GET", "/auth/session", { token: "", headers: { cookie: session.cookie } }],
      ["DELETE", "/auth/session", { token: "" }],
      ["DELETE", "/auth/session", { token: "", headers: { cookie: session.cookie } }],
      ["DELETE", "/auth/session", { token: "", headers: session }],
      ["GET", "/auth/methods", { token: "" }],
      ["GET", "/auth/login", { token: "" }],
      ["GET", "/auth/callback", { token: "" }],
      ["GET", "/auth/link/wrong", { token: "" }],
      ["GET", "/.well-known/jwks.json", { token: "" }],
      ["GET", "/healthz", { token: "" }],
      ["GET", "/readyz", { token: "" }],
      ["GET", "/metrics", { token: "" }],
      ["GET", "/openapi.yaml", { token: "" }],
      ["GET", "/docs", { token: "" }],
      ["GET", "/docs/start.js", { token: "" }],
      ["GET", "/docs/nothing", { token: "" }],
    ];
    for (const request of ask) await send(...request);
    const { id: pack } = (
      await send("POST", "/api/evidence", { body: { from: "2026-01-01", to: "2026-01-02" } })
    ).body;
    await send("GET", `/api/evidence/${pack}`);
    await product.until(async () => (await send("GET", `/api/evidence/${pack}`)).status === 200);
    for (const { method, path } of contract.operations.filter(({ path }) => path.startsWith("/api/"))) {
      const address = path
        .replace("{kind}", "user")
        .replace("{id}", user)
        .replace("{delivery}", NOBODY)
        .replace("{name}", "risc");
      await send(method, address, { token: "" });
      await send(method, address, { token: provision });
    }
    for (const { method, path } of contract.operations) {
      const address = path
        .replace("{kind}", "user")
        .replace("{id}", NOBODY)
        .replace("{delivery}", NOBODY)
        .replace("{name}", "risc");
      expect((await send(method, `${address}?${"x".repeat(40_000)}`)).status).toBe(414);
    }
    expect(wrong).toEqual([]);
    const unseen = contract.unseen(/20\d|40[134]|41\d/).filter((name) => !name.includes("/scim/v2"));
    // /metrics needs no token from loopback. Refusals of the identity provider are tested in
    // tests/integration/http/sign-in.test.ts.
    expect(unseen).toEqual([
      "GET /auth/login 401",
      "GET /auth/callback 401",
      "GET /metrics 401",
      "GET /metrics 403",
    ]);
  });
});
