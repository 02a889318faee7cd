import { systemClock } from "../../../src/core/clock.ts";
import { hashSecret } from "../../../src/http/auth/tokens.ts";
import { makeSecret } from "../../../src/http/session/cookie.ts";
import { createPrisma } from "../../../src/store/access/prisma.ts";
import { createSessionStore } from "../../../src/store/access/sessions.ts";
import { createSources } from "../../../src/store/access/sources.ts";
import { createTokens } from "../../../src/store/access/tokens.ts";
import { openProduct, type Product } from "../../support/product.ts";

const ORIGIN = "http://127.0.0.1:8080";
const MINUTE = 60_000;

let aheadMs = 0;
const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
let product: Product;

beforeAll(async () => {
  product = await openProduct({ clock });
});
afterAll(() => product.close());
beforeEach(() => {
  aheadMs = 0;
});

const OURS = { origin: ORIGIN, "sec-fetch-site": "same-origin" };

async function send(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
) {
  const answer = await fetch(product.base + path, {
    method,
    redirect: "manual",
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = text.startsWith("{") ? JSON.parse(text) : undefined;
  return {
    status: answer.status,
    json,
    setCookie: answer.headers.getSetCookie(),
    location: answer.headers.get("location"),
  };
}

async function signIn(token: string) {
  const answer = await send("POST", "/auth/session", OURS, { token });
  const cookie = answer.setCookie[0]?.split(";")[0] ?? "";
  return { ...answer, cookie, csrf: answer.json?.csrf as string };
}

const writing = ({ cookie, csrf }: { readonly cookie: string; readonly csrf: string }) => ({
  ...OURS,
  cookie,
  "x-csrf-token": csrf,
});
const statusOf = async (cookie: string, path = "/auth/session") =>
  (await send("GET", path, { cookie })).status;
const events = async (code: string) =>
  (
    await product.pool.query("select actor, detail from history where code = $1 order by id", [code])
  ).rows.map((row) => ({
    ...row,
    detail: JSON.parse(row.detail),
  }));

test("a token opens a session with its scopes, and whoever signs out is out", async () => {
  const signed = await signIn(await product.token(["history:read"]));
  expect(signed.status).toBe(200);
  expect(signed.json).toMatchObject({
    roles: [],
    scopes: ["history:read"],
    actor: expect.stringMatching(/^token:/),
  });
  expect(signed.setCookie).toEqual([
    expect.stringMatching(/^dingtalk-scim=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
  expect(await statusOf(signed.cookie)).toBe(200);
  expect(await statusOf(signed.cookie, "/api/sync/status")).toBe(200);
  expect(await statusOf(signed.cookie, "/api/history")).toBe(200);
  expect(await statusOf(signed.cookie, "/scim/v2/Users")).toBe(403);
  expect((await send("POST", "/api/sync/resume", writing(signed))).status).toBe(403);

  const out = await send("DELETE", "/auth/session", writing(signed));
  expect([out.status, out.setCookie[0]]).toEqual([204, expect.stringMatching(/^dingtalk-scim=; Max-Age=0/)]);
  expect(await statusOf(signed.cookie)).toBe(401);
  expect((await events("session.opened")).at(-1)).toMatchObject({
    actor: signed.json.actor,
    detail: { by: "token" },
  });
  expect((await events("session.closed")).at(-1)).toMatchObject({ actor: signed.json.actor });
});

test("the cookie's secret is stored nowhere", async () => {
  const { cookie } = await signIn(product.bootstrap);
  const { rows } = await product.pool.query(
    "select s::text as row from sessions s union all select h::text from history h",
  );
  expect(rows.some(({ row }) => row.includes(cookie.split("=")[1]!))).toBe(false);
});

test("what a session does is recorded as its token's act", async () => {
  const signed = await signIn(product.bootstrap);
  const answer = await send("POST", "/api/sync/pause", writing(signed), { reason: "a look" });
  expect([answer.status, answer.json.paused]).toEqual([
    200,
    expect.objectContaining({ by: "token:bootstrap", reason: "a look" }),
  ]);
  expect((await send("POST", "/api/sync/resume", writing(signed))).status).toBe(200);
});

describe("a write that another page may have caused is refused", () => {
  test.each<[string, Record<string, string | undefined>]>([
    ["without an origin", { origin: undefined }],
    ["from another origin", { origin: "https://evil.example" }],
    ["from another port", { origin: "http://127.0.0.1:9999" }],
    ["from another site", { "sec-fetch-site": "cross-site" }],
    ["from another host of the site", { "sec-fetch-site": "same-site" }],
    ["without word of the site", { "sec-fetch-site": undefined }],
    ["without a token", { "x-csrf-token": undefined }],
    ["with a wrong token", { "x-csrf-token": "x".repeat(43) }],
  ])("%s", async (_name, change) => {
    const signed = await signIn(product.bootstrap);
    const headers = Object.entries({ ...writing(signed), ...change }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    const answer = await send("POST", "/api/sync/pause", Object.fromEntries(headers), { reason: "x" });
    expect([answer.status, answer.json.code]).toEqual([403, "FORBIDDEN"]);
    expect((await send("GET", "/api/sync/status", { cookie: signed.cookie })).json.paused).toBeNull();
  });

  test("and so is signing in from elsewhere", async () => {
    const answer = await send(
      "POST",
      "/auth/session",
      { ...OURS, origin: "https://evil.example" },
      { token: product.bootstrap },
    );
    expect([answer.status, answer.setCookie]).toEqual([403, []]);
    expect(
      (await send("POST", "/auth/session", { "sec-fetch-site": "cross-site" }, { token: product.bootstrap }))
        .status,
    ).toBe(403);
  });

  test("but a program signs in without what only browsers say", async () => {
    expect((await send("POST", "/auth/session", {}, { token: product.bootstrap })).status).toBe(200);
  });
});

describe("what opens nothing", () => {
  test.each<[string, unknown, number]>([
    ["a wrong token", { token: "x".repeat(40) }, 401],
    ["an empty one", { token: " " }, 400],
    ["none", {}, 400],
    ["a list", [], 400],
  ])("%s", async (_name, body, status) => {
    const answer = await send("POST", "/auth/session", OURS, body);
    expect([answer.status, answer.setCookie]).toEqual([status, []]);
  });

  test("an access token, which ends before the session would", async () => {
    const token = await product.token(["admin"]);
    const form = { grant_type: "client_credentials", client_id: token.split("_")[2]!, client_secret: token };
    const { access_token } = (await product.send("POST", "/oauth2/token", { token: "", form })).body;
    expect((await signIn(access_token)).status).toBe(401);
  });

  test("a cookie that was made up", async () => {
    expect(await statusOf(`dingtalk-scim=${makeSecret()}`)).toBe(401);
  });

  test("a good cookie beside a wrong Authorization header", async () => {
    const { cookie } = await signIn(product.bootstrap);
    expect((await send("GET", "/api/sync/status", { cookie, authorization: "Bearer x" })).status).toBe(401);
  });
});

describe("a session ends", () => {
  test("after half an hour without use, and use keeps it", async () => {
    const { cookie } = await signIn(product.bootstrap);
    aheadMs = 29 * MINUTE;
    expect(await statusOf(cookie)).toBe(200);
    await product.until(
      async () =>
        (await product.pool.query("select 1 from sessions where used_at > opened_at")).rows.length > 0,
    );
    aheadMs = 58 * MINUTE;
    expect(await statusOf(cookie)).toBe(200);
    aheadMs = 89 * MINUTE;
    expect(await statusOf(cookie)).toBe(401);
  });

  test("after twelve hours, however much it is used", async () => {
    const { cookie } = await signIn(product.bootstrap);
    await product.pool.query("update sessions set used_at = now() + interval '12 hours'");
    aheadMs = 12 * 60 * MINUTE - 1_000;
    expect(await statusOf(cookie)).toBe(200);
    aheadMs = 12 * 60 * MINUTE + 1_000;
    expect(await statusOf(cookie)).toBe(401);
  });

  test("when its token is revoked", async () => {
    const prisma = createPrisma(product.pool);
    const tokens = createTokens({ database: prisma, clock, environment: "test" });
    const { id: sourceId } = await createSources(prisma, clock).ensureDefault();
    const made = await tokens.create("cli", { name: "x", sourceId, scopes: ["admin"] });
    const { cookie } = await signIn(made.text);
    expect(await statusOf(cookie)).toBe(200);
    await tokens.revoke("cli", made.id);
    expect([await statusOf(cookie), await statusOf(cookie, "/api/sync/status")]).toEqual([401, 401]);
  });

  test("when somebody signs in again with the same browser", async () => {
    const first = await signIn(product.bootstrap);
    const again = await send(
      "POST",
      "/auth/session",
      { ...OURS, cookie: first.cookie },
      { token: product.bootstrap },
    );
    expect(again.status).toBe(200);
    expect([await statusOf(first.cookie), await statusOf(again.setCookie[0]!.split(";")[0]!)]).toEqual([
      401, 200,
    ]);
  });
});

describe("a one-time link", () => {
  const linkFor = async (role: string): Promise<string> => {
    const code = makeSecret();
    const store = createSessionStore(createPrisma(product.pool), clock);
    await store.addLink({ secretHash: hashSecret(code), role, reason: "a test", madeBy: "root" });
    return `/auth/link/${code}`;
  };

  test("signs in once, as its role", async () => {
    const link = await linkFor("viewer");
    const answer = await send("GET", link);
    expect([answer.status, answer.location]).toEqual([303, "/"]);
    const cookie = answer.setCookie[0]!.split(";")[0]!;
    const { json } = await send("GET", "/auth/session", { cookie });
    expect(json).toMatchObject({
      actor: expect.stringMatching(/^link:/),
      name: "root",
      roles: ["viewer"],
      scopes: ["history:read"],
    });
    const again = await send("GET", link);
    expect([again.status, again.setCookie]).toEqual([401, []]);
    expect(await send("GET", link, { accept: "text/html" })).toMatchObject({
      status: 303,
      location: expect.stringMatching(/^\/\?refused=linkRefused&request=/),
      setCookie: [],
    });
    expect((await events("link.created")).at(-1)).toMatchObject({
      actor: "cli",
      detail: { reason: "a test", osUser: "root" },
    });
    expect((await events("session.opened")).at(-1)).toMatchObject({
      actor: json.actor,
      detail: { by: "link" },
    });
  });

  test("signs in one of many who try at once", async () => {
    const link = await linkFor("admin");
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await send("GET", link)).status),
    );
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
  });

  test("is spent neither by a look nor by a browser that fetches ahead", async () => {
    const link = await linkFor("admin");
    expect((await send("HEAD", link)).status).toBe(401);
    expect((await send("GET", link, { "sec-purpose": "prefetch" })).status).toBe(401);
    expect((await send("GET", link)).status).toBe(303);
  });

  test("ends after ten minutes", async () => {
    const link = await linkFor("admin");
    aheadMs = 10 * MINUTE + 1_000;
    expect((await send("GET", link)).status).toBe(401);
  });
});

test("an approval needs a sign-in of the last five minutes; a token does not", async () => {
  const { rows } = await product.pool.query(
    `insert into holds (id, target, limit_name, state, hours, allowed, present, passed, policy, opened_at, expires_at)
     values (gen_random_uuid(), 'dingtalk', 'peopleRemoved', 'open', 24, 5, 1, 5, '', now(), now() + interval '1 day') returning id`,
  );
  const path = `/api/sync/holds/${rows[0].id}`;
  const signed = await signIn(product.bootstrap);
  const { digest, count } = (await send("GET", path, { cookie: signed.cookie })).json;
  aheadMs = 6 * MINUTE;
  const late = await send("POST", `${path}/approve`, writing(signed), { digest, count });
  expect([late.status, late.json.code]).toEqual([403, "SIGN_IN_AGAIN"]);
  const fresh = await signIn(product.bootstrap);
  expect((await send("POST", `${path}/approve`, writing(fresh), { digest, count })).status).toBe(200);
});

test("a decision about a match, or about records of one person, needs one too", async () => {
  const nobody = "2819c223-7f76-453a-919d-413861904646";
  const paths = [
    "sync/adoptions/accept",
    `sync/adoptions/${nobody}/accept`,
    `sync/adoptions/${nobody}/reject`,
    `sync/items/user/${nobody}/unlink`,
    `joins/${nobody}/accept`,
    `joins/${nobody}/refuse`,
    `joins/records/${nobody}/separate`,
    `joins/people/${nobody}/forget`,
  ];
  const signed = await signIn(product.bootstrap);
  const answers = async () => {
    const found: unknown[] = [];
    for (const path of paths) {
      const { status, json } = await send("POST", `/api/${path}`, writing(signed), { tier: 1, count: 0 });
      found.push([status, json.code]);
    }
    return found;
  };
  expect((await answers()).filter((each) => JSON.stringify(each).includes("SIGN_IN_AGAIN"))).toEqual([]);
  aheadMs += 6 * MINUTE;
  expect(await answers()).toEqual(paths.map(() => [403, "SIGN_IN_AGAIN"]));
});
