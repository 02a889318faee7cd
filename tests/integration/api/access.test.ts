import { systemClock } from "../../../src/core/clock.ts";
import { openProduct, type Product } from "../../support/product.ts";

const ORIGIN = "http://127.0.0.1:8080";
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

const events = async (code: string) =>
  (
    await product.pool.query("select actor, detail from history where code = $1 order by id", [code])
  ).rows.map(({ actor, detail }) => ({
    actor,
    detail: JSON.parse(detail),
  }));
const list = async () => (await product.send("GET", "/api/access")).body;
const works = async (token: string, path = "/api/sync/status") =>
  (await product.send("GET", path, { token })).status;

/** A session, with what its writes need. */
async function signIn(how: { readonly token: string } | { readonly link: string }) {
  const answer =
    "token" in how
      ? await product.send("POST", "/auth/session", { token: "", body: how })
      : await product.send("GET", new URL(how.link).pathname, { token: "" });
  const cookie = answer.headers.getSetCookie().at(-1)!.split(";")[0]!;
  const { body } = await product.send("GET", "/auth/session", { token: "", headers: { cookie } });
  return { cookie, origin: ORIGIN, "sec-fetch-site": "same-origin", "x-csrf-token": body.csrf as string };
}

const TENANT = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const WORKLOAD = {
  name: "Entra ID",
  tenantId: TENANT,
  subject: "d2f8ee76-c549-45b8-a143-f5b640669704",
  audiences: ["api://app/.default"],
};

test("a token is made, shown once, used and revoked", async () => {
  const made = await product.send("POST", "/api/access/tokens", {
    body: { name: "Entra ID", scopes: ["history:read"], days: 30 },
  });
  expect(made.status).toBe(201);
  const { id, token } = made.body;
  expect(await works(token)).toBe(200);
  await product.until(async () =>
    (await list()).tokens.some(
      (each: { id: string; lastUsedAt: unknown }) => each.id === id && each.lastUsedAt,
    ),
  );
  const all = await product.send("GET", "/api/access");
  expect(all.body.tokens.find((each: { id: string }) => each.id === id)).toMatchObject({
    name: "Entra ID",
    prefix: `sdt_live_${id}_`,
    source: "default",
    scopes: ["history:read"],
    revokedAt: null,
  });
  expect(token.startsWith(`sdt_live_${id}_`)).toBe(true);
  expect(all.text).not.toContain(token.slice(-49));
  expect((await events("token.created")).at(-1)).toEqual({
    actor: "token:bootstrap",
    detail: { tokenId: id, scopes: ["history:read"] },
  });

  expect((await product.send("DELETE", `/api/access/tokens/${id}`)).status).toBe(204);
  expect(await works(token)).toBe(401);
  expect((await list()).tokens.find((each: { id: string }) => each.id === id).revokedAt).not.toBeNull();
  expect((await events("token.revoked")).at(-1)).toMatchObject({
    actor: "token:bootstrap",
    detail: { tokenId: id },
  });
});

test.each<[string, unknown]>([
  ["no name", { scopes: ["admin"] }],
  ["a blank name", { name: " ", scopes: ["admin"] }],
  ["no scope", { name: "x", scopes: [] }],
  ["an unknown scope", { name: "x", scopes: ["root"] }],
  ["more than a year", { name: "x", scopes: ["admin"], days: 367 }],
  ["half a day", { name: "x", scopes: ["admin"], days: 0.5 }],
  ["an unknown source", { name: "x", scopes: ["admin"], source: "nowhere" }],
  ["a field that is not known", { name: "x", scopes: ["admin"], expiresAt: "2030-01-01" }],
  ["a list", []],
])("a token with %s is refused, and none is made", async (_name, body) => {
  const before = (await list()).tokens.length;
  const answer = await product.send("POST", "/api/access/tokens", { body });
  expect([answer.status, answer.body.code]).toEqual([400, "INVALID_VALUE"]);
  expect((await list()).tokens.length).toBe(before);
});

test("nobody gives by a token what that token does not have; the role admin gives any scope", async () => {
  const admin = await product.token(["admin", "history:read"]);
  const give = (scopes: readonly string[], options: Parameters<Product["send"]>[2]) =>
    product.send("POST", "/api/access/tokens", { ...options, body: { name: "x", scopes } });
  expect((await give(["history:read"], { token: admin })).status).toBe(201);
  expect((await give(["history:read", "provision"], { token: admin })).status).toBe(403);
  const byToken = await signIn({ token: admin });
  expect((await give(["history:personal"], { token: "", headers: byToken })).status).toBe(403);
  const { url } = (
    await product.send("POST", "/api/access/links", { body: { role: "admin", reason: "a test" } })
  ).body;
  const byName = await signIn({ link: url });
  expect((await give(["provision", "history:personal"], { token: "", headers: byName })).status).toBe(201);
});

test("every change needs a sign-in of the last five minutes, and a token does not", async () => {
  const headers = await signIn({ token: product.bootstrap });
  const changes: Parameters<Product["send"]>[] = [
    ["POST", "/api/access/tokens", { body: { name: "x", scopes: ["metrics"] } }],
    ["POST", "/api/access/links", { body: { role: "viewer", reason: "x" } }],
    ["POST", "/api/access/trusts", { body: WORKLOAD }],
    ...["tokens/x", "trusts/x", "links/x", "sessions/x"].map(
      (path): Parameters<Product["send"]> => ["DELETE", `/api/access/${path}`],
    ),
  ];
  const before = await list();
  aheadMs = 6 * 60_000;
  for (const [method, path, options] of changes)
    expect((await product.send(method, path, { ...options, token: "", headers })).body).toMatchObject({
      status: 403,
      code: "SIGN_IN_AGAIN",
    });
  const after = await list();
  expect([after.tokens.length, after.trusts.length]).toEqual([before.tokens.length, before.trusts.length]);
  aheadMs = 0;
  expect(
    (await product.send("POST", "/api/access/tokens", { ...changes[0]![2], token: "", headers })).status,
  ).toBe(201);
});

test("a one-time link is made with a reason, told once, and can be taken back", async () => {
  const made = await product.send("POST", "/api/access/links", {
    body: { role: "auditor", reason: "the auditors are here" },
  });
  const { id, url } = made.body;
  expect((await list()).links).toContainEqual({
    id,
    role: "auditor",
    madeBy: "token:bootstrap",
    expiresAt: made.body.expiresAt,
  });
  expect(JSON.stringify(await list())).not.toContain(url.split("/").at(-1));
  expect((await events("link.created")).at(-1)).toEqual({
    actor: "token:bootstrap",
    detail: { link: id, role: "auditor", reason: "the auditors are here" },
  });
  expect((await product.send("DELETE", `/api/access/links/${id}`)).status).toBe(204);
  expect((await product.send("GET", new URL(url).pathname, { token: "" })).status).toBe(401);
  expect((await events("link.revoked")).at(-1)).toEqual({ actor: "token:bootstrap", detail: { link: id } });
  expect((await product.send("DELETE", `/api/access/links/${id}`)).status).toBe(404);
});

test("somebody is signed out by an administrator", async () => {
  const { url } = (
    await product.send("POST", "/api/access/links", { body: { role: "viewer", reason: "a test" } })
  ).body;
  const { cookie } = await signIn({ link: url });
  const seen = (await list()).sessions.find((each: { roles: readonly string[] }) =>
    each.roles.includes("viewer"),
  );
  expect(seen).toMatchObject({ actor: expect.stringMatching(/^link:/), name: "token:bootstrap", own: false });
  expect((await product.send("DELETE", `/api/access/sessions/${seen.id}`)).status).toBe(204);
  expect((await product.send("GET", "/auth/session", { token: "", headers: { cookie } })).status).toBe(401);
  expect((await events("session.closed")).at(-1)).toEqual({
    actor: "token:bootstrap",
    detail: { session: seen.id, reason: "endedByAdministrator" },
  });
});

test("a session that ended by itself is not listed", async () => {
  await signIn({ token: product.bootstrap });
  const before = (await list()).sessions.length;
  expect(before).toBeGreaterThan(0);
  aheadMs = 40 * 60_000;
  expect((await list()).sessions).toEqual([]);
});

test("a trust is made by what Entra shows, listed, and removed", async () => {
  const made = await product.send("POST", "/api/access/trusts", {
    body: { ...WORKLOAD, tenantId: TENANT.toUpperCase() },
  });
  expect(made.status).toBe(201);
  const { id, tokenEndpoint, tenantUrl, ...decided } = made.body;
  expect([tokenEndpoint, tenantUrl]).toEqual([`${ORIGIN}/oauth2/token`, `${ORIGIN}/scim/v2`]);
  const trusted = {
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    subject: WORKLOAD.subject,
    audiences: ["api://app/.default", "api://app"],
    tenantId: TENANT,
    jwksUrl: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
    scopes: ["provision"],
  };
  expect(decided).toEqual({ ...trusted, source: "default" });
  expect((await list()).trusts).toContainEqual(
    expect.objectContaining({
      id,
      name: "Entra ID",
      ...trusted,
      source: "default",
      removedAt: null,
      lastUsedAt: null,
    }),
  );
  expect((await events("trust.created")).at(-1)).toEqual({
    actor: "token:bootstrap",
    detail: { trustId: id, ...trusted },
  });

  expect((await product.send("DELETE", `/api/access/trusts/${id}`)).status).toBe(204);
  expect((await list()).trusts[0].removedAt).not.toBeNull();
  expect((await events("trust.removed")).at(-1)).toEqual({
    actor: "token:bootstrap",
    detail: { trustId: id, ...trusted },
  });
});

test.each<[string, unknown]>([
  ["no name", { ...WORKLOAD, name: " " }],
  ["no tenant", { ...WORKLOAD, tenantId: undefined }],
  ["a tenant by its domain", { ...WORKLOAD, tenantId: "contoso.example" }],
  ["blanks within the subject", { ...WORKLOAD, subject: "a b" }],
  ["no audience", { ...WORKLOAD, audiences: [] }],
  ["one audience that is none", { ...WORKLOAD, audiences: ["api://app", ""] }],
  ["more audiences than ten", { ...WORKLOAD, audiences: Array.from({ length: 11 }, (_, n) => `a${n}`) }],
  ["an empty issuer", { ...WORKLOAD, issuer: "" }],
  ["keys of a host that nobody has named", { ...WORKLOAD, jwksUrl: "https://keys.example/keys" }],
  [
    "keys over plain HTTP",
    { ...WORKLOAD, jwksUrl: `http://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys` },
  ],
  ["no scope", { ...WORKLOAD, scopes: [] }],
  ["an unknown source", { ...WORKLOAD, source: "nowhere" }],
  ["a field that is not known", { ...WORKLOAD, secret: "x" }],
  ["a text", "x"],
])("a trust with %s is refused, and none is made", async (_name, body) => {
  const before = (await list()).trusts.length;
  const answer = await product.send("POST", "/api/access/trusts", { body });
  expect([answer.status, answer.body.code]).toEqual([400, "INVALID_VALUE"]);
  expect((await list()).trusts.length).toBe(before);
});

test("nobody gives to a workload what their token does not have", async () => {
  const admin = await product.token(["admin", "history:read"]);
  const give = (scopes: readonly string[]) =>
    product.send("POST", "/api/access/trusts", { token: admin, body: { ...WORKLOAD, scopes } });
  expect((await give(["history:read"])).status).toBe(201);
  expect((await give(["provision"])).status).toBe(403);
});

test("auditors see who has access, and change nothing", async () => {
  const { url } = (
    await product.send("POST", "/api/access/links", { body: { role: "auditor", reason: "a test" } })
  ).body;
  const headers = await signIn({ link: url });
  expect((await product.send("GET", "/api/access", { token: "", headers })).status).toBe(200);
  expect(
    (
      await product.send("POST", "/api/access/links", {
        token: "",
        headers,
        body: { role: "viewer", reason: "x" },
      })
    ).status,
  ).toBe(403);
});
