import { Router } from "express";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import { createAccessTokens } from "../../../src/http/auth/oauth/access-tokens.ts";
import { createSigningKey } from "../../../src/http/auth/oauth/signing.ts";
import type { Scope } from "../../../src/http/auth/scopes.ts";
import { requestContext } from "../../../src/http/request-context.ts";
import { BOOTSTRAP, createKeyMap, type Door, openDoor, PUBLIC_URL, SOURCE } from "./door.ts";

const HOUR_MS = 3_600_000;
let skewMs = 0;
const clock = {
  ...systemClock,
  now: () => new Date(Date.now() + skewMs),
  monotonicMs: () => systemClock.monotonicMs() + skewMs,
};
let door: Door;

beforeEach(async () => {
  skewMs = 0;
  const router = Router();
  router.get("/", (_req, res) => void res.json(requestContext(res)));
  door = await openDoor({ clock, mounts: [{ path: "/scim", access: ["provision"], handler: router }] });
});
afterEach(() => door.server.stop());

const ask = (form: Record<string, string>) =>
  request(door.base)
    .post("/oauth2/token")
    .type("form")
    .send({ grant_type: "client_credentials", ...form });
const read = (token: string) => request(door.base).get("/scim").set("Authorization", `Bearer ${token}`);

async function accessToken(scopes: readonly Scope[] = ["provision"]): Promise<{ id: string; jwt: string }> {
  const { id, secret } = door.tokens.add(scopes);
  const { body } = await ask({ client_id: id, client_secret: secret });
  return { id, jwt: body.access_token };
}

describe("the token endpoint", () => {
  test("gives an hour of access for id and secret, for us and by us", async () => {
    const { id, secret } = door.tokens.add(["provision", "history:read"]);
    const { status, body, headers } = await ask({ client_id: id, client_secret: secret });
    expect([status, headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 3_600,
      scope: "provision history:read",
    });

    const keys = await request(door.base).get("/.well-known/jwks.json");
    const { payload, protectedHeader } = await jwtVerify(
      body.access_token,
      createLocalJWKSet(JSON.parse(keys.text)),
      {
        currentDate: clock.now(),
      },
    );
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
    expect(payload).toMatchObject({
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      sub: id,
      client_id: id,
      scope: "provision history:read",
    });
    expect([payload.exp! - payload.iat!, typeof payload.jti]).toEqual([3_600, "string"]);
  });

  test.each<[string, (token: { id: string; secret: string; text: string }) => request.Test]>([
    ["in the header", ({ id, secret }) => ask({}).auth(id, secret)],
    ["with the whole token as secret", ({ id, text }) => ask({ client_id: id, client_secret: text })],
    ["of the bootstrap token", () => ask({ client_id: "bootstrap", client_secret: BOOTSTRAP })],
  ])("takes credentials %s", async (_name, call) => {
    const { status, body } = await call(door.tokens.add(["provision"]));
    expect(status).toBe(200);
    expect((await read(body.access_token)).status).toBe(200);
  });

  test("narrows to the scope that is asked for", async () => {
    const { id, secret } = door.tokens.add(["provision", "admin"]);
    const { body } = await ask({ client_id: id, client_secret: secret, scope: "admin" });
    expect([body.scope, (await read(body.access_token)).status]).toEqual(["admin", 403]);
  });

  test.each<[string, Record<string, string>, number, string]>([
    ["a wrong secret", { client_secret: "wrong" }, 401, "invalid_client"],
    ["an unknown client", { client_id: "nobody" }, 401, "invalid_client"],
    ["a scope it does not have", { scope: "admin" }, 400, "invalid_scope"],
    ["a scope nobody has", { scope: "root" }, 400, "invalid_scope"],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["an assertion beside the secret", { client_assertion: "x" }, 400, "invalid_request"],
  ])("refuses %s", async (_name, change, status, error) => {
    const { id, secret } = door.tokens.add(["provision"]);
    const answer = await ask({ client_id: id, client_secret: secret, ...change });
    expect([answer.status, answer.type, answer.body.error, answer.body.status]).toEqual([
      status,
      "application/json",
      error,
      status,
    ]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("asks for Basic when Basic failed", async () => {
    const answer = await ask({}).auth("nobody", "nothing");
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, 'Basic realm="dingtalk-scim"']);
  });

  test("asks for nothing when the secret was in the body: libraries would show the challenge, not invalid_client", async () => {
    const answer = await ask({ client_id: "nobody", client_secret: "nothing" });
    expect([answer.status, answer.body.error, answer.headers["www-authenticate"]]).toEqual([
      401,
      "invalid_client",
      undefined,
    ]);
  });

  test.each([
    ["GET", 405],
    ["PUT", 405],
  ] as const)("%s is not a way to ask", async (method, status) => {
    const answer =
      method === "GET"
        ? await request(door.base).get("/oauth2/token")
        : await request(door.base).put("/oauth2/token");
    expect([answer.status, answer.headers.allow]).toEqual([status, "POST"]);
  });

  test("JSON is not a way either", async () => {
    expect(
      (await request(door.base).post("/oauth2/token").send({ grant_type: "client_credentials" })).status,
    ).toBe(415);
  });

  test("five failures of a client are enough for a minute; its neighbours are served", async () => {
    const { id, secret } = door.tokens.add(["provision"]);
    const guess = () => ask({ client_id: id, client_secret: "guess" });
    const statuses = (await Promise.all(Array.from({ length: 8 }, guess))).map(({ status }) => status).sort();
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const right = await ask({ client_id: id, client_secret: secret });
    expect([right.status, Number(right.headers["retry-after"]) > 0]).toEqual([429, true]);
    const other = door.tokens.add(["provision"]);
    expect((await ask({ client_id: other.id, client_secret: other.secret })).status).toBe(200);
  });

  test("success costs nothing", async () => {
    const { id, secret } = door.tokens.add(["provision"]);
    for (let n = 0; n < 12; n++)
      expect((await ask({ client_id: id, client_secret: secret })).status).toBe(200);
  });
});

describe("an access token", () => {
  test("acts as the token behind it", async () => {
    const { id, jwt } = await accessToken(["provision"]);
    expect((await read(jwt)).body).toMatchObject({
      actor: `token:${id}`,
      sourceId: SOURCE,
      scopes: ["provision"],
    });
  });

  test.each<[string, number, number]>([
    ["before its end", HOUR_MS - 1_000, 200],
    ["within a minute of skew", HOUR_MS + 30_000, 200],
    ["after that", HOUR_MS + 62_000, 401],
  ])("%s", async (_name, laterMs, status) => {
    const { jwt } = await accessToken();
    skewMs = laterMs;
    expect((await read(jwt)).status).toBe(status);
  });

  test("ends with the token behind it", async () => {
    const { id, jwt } = await accessToken();
    expect((await read(jwt)).status).toBe(200);
    door.tokens.change(id, { revokedAt: new Date() });
    skewMs = 1_001;
    expect((await read(jwt)).status).toBe(401);
  });

  test("loses what the token behind it has lost", async () => {
    const { id, jwt } = await accessToken(["provision"]);
    door.tokens.change(id, { scopes: ["admin"] });
    expect((await read(jwt)).status).toBe(403);
  });

  const ourKey = createSigningKey(createKeyMap());
  const strangers = (publicUrl: string) => createAccessTokens({ publicUrl, signingKey: ourKey, clock });
  const actor = (id: string) => ({
    id: `token:${id}`,
    tokenId: id,
    sourceId: SOURCE,
    scopes: ["provision"] as const,
  });

  test("of another server's key is none", async () => {
    const { id } = await accessToken();
    expect((await read(await strangers(PUBLIC_URL).issue(actor(id), ["provision"]))).status).toBe(401);
  });

  test.each<[string, (jwt: string) => string]>([
    ["a changed claim", (jwt) => withPart(jwt, 1, { ...decodeJwt(jwt), scope: "provision admin" })],
    ["no signature", (jwt) => `${jwt.split(".").slice(0, 2).join(".")}.`],
    ["algorithm none", (jwt) => withPart(jwt, 0, { ...decodeProtectedHeader(jwt), alg: "none" })],
    [
      "a key of its own choice",
      (jwt) => withPart(jwt, 0, { ...decodeProtectedHeader(jwt), jku: "https://evil.example/keys" }),
    ],
  ])("with %s is none", async (_name, alter) => {
    const { jwt } = await accessToken();
    expect((await read(alter(jwt))).status).toBe(401);
  });

  const withPart = (jwt: string, at: number, value: unknown): string =>
    jwt
      .split(".")
      .map((part, index) => (index === at ? Buffer.from(JSON.stringify(value)).toString("base64url") : part))
      .join(".");

  test.each<
    [
      string,
      { readonly audience?: string; readonly issuer?: string; readonly typ?: string; readonly life?: string },
    ]
  >([
    ["another audience", { audience: "https://other.example" }],
    ["another issuer", { issuer: "https://other.example" }],
    ["another type", { typ: "history-checkpoint+jwt" }],
    ["a life of a day", { life: "1d" }],
    ["no end", { life: "" }],
  ])(
    "of our own key with %s is none",
    async (_name, { audience = PUBLIC_URL, issuer = PUBLIC_URL, typ = "at+jwt", life = "5m" }) => {
      const { privateKey } = await ourKey();
      const issuedAt = Math.floor(Date.now() / 1_000) - 2 * 3_600;
      const claims = new SignJWT({ scope: "provision" })
        .setProtectedHeader({ alg: "ES256", typ })
        .setSubject("x")
        .setJti("1");
      claims.setIssuer(issuer).setAudience(audience);
      claims.setIssuedAt(life === "1d" ? issuedAt : undefined);
      if (life !== "") claims.setExpirationTime(life);
      expect(await strangers(PUBLIC_URL).verify(await claims.sign(privateKey))).toBeUndefined();
    },
  );
});

test("the published keys are public only", async () => {
  const answer = await request(door.base).get("/.well-known/jwks.json");
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toContain("application/jwk-set+json");
  expect(JSON.parse(answer.text)).toEqual({
    keys: [
      {
        kty: "EC",
        crv: "P-256",
        x: expect.any(String),
        y: expect.any(String),
        kid: expect.any(String),
        alg: "ES256",
        use: "sig",
      },
    ],
  });
});
