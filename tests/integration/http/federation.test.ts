import { randomUUID } from "node:crypto";
import { Router } from "express";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import type { TrustRecord } from "../../../src/http/ports.ts";
import { requestContext } from "../../../src/http/request-context.ts";
import { type Answer, dropped, type Issuer, openIssuer } from "../../support/identity/issuer.ts";
import { createLineLogger, type Door, type Line, openDoor, SOURCE } from "./door.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
let skewMs = 0;
const clock = {
  ...systemClock,
  now: () => new Date(Date.now() + skewMs),
  monotonicMs: () => systemClock.monotonicMs() + skewMs,
};
let issuer: Issuer;
let door: Door;
let lines: Line[];

beforeEach(async () => {
  skewMs = 0;
  issuer = await openIssuer(clock.now, "ES256");
  const log = createLineLogger();
  lines = log.lines;
  const router = Router();
  router.get("/", (_req, res) => void res.json(requestContext(res)));
  const mounts = [{ path: "/scim", access: ["provision"] as const, handler: router }];
  door = await openDoor({ clock, mounts, logger: log.logger, keyOrigins: [issuer.origin] });
});
afterEach(async () => {
  await door.server.stop();
  await issuer.close();
});

function trust(change: Partial<TrustRecord> = {}): string {
  const id = randomUUID();
  door.trusts.records.set(id, {
    id,
    sourceId: SOURCE,
    ...issuer.workload,
    jwksUrl: issuer.jwksUrl,
    scopes: ["provision"],
    ...change,
  });
  return id;
}

const ask = (clientId: string, assertion: string, more: Readonly<Record<string, string>> = {}) =>
  request(door.base)
    .post("/oauth2/token")
    .type("form")
    .send({
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
      ...more,
    });
const read = (token: string) => request(door.base).get("/scim").set("Authorization", `Bearer ${token}`);
const reasons = () => lines.flatMap(({ fields }) => fields["reason"] ?? []);

describe("an assertion of a trusted workload", () => {
  test("is exchanged for an hour of access, which acts as the trust", async () => {
    const id = trust();
    const { status, body, headers } = await ask(id, await issuer.sign());
    expect([status, headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 3_600,
      scope: "provision",
    });
    expect((await read(body.access_token)).body).toMatchObject({
      actor: `trust:${id}`,
      sourceId: SOURCE,
      scopes: ["provision"],
    });
    expect(door.trusts.records.get(id)?.lastUsedAt).toBeInstanceOf(Date);
  });

  test.each([
    ["the words of Microsoft's examples", "scim scim.readwrite", 200, "provision admin"],
    ["Entra's default", "api://b5ba7a93-4452-4522-aeb4-a2b5da870c16/.default", 200, "provision admin"],
    ["one of its own", "provision", 200, "provision"],
    ["one it does not have", "history:read", 400, undefined],
  ])("may ask for scopes: %s", async (_name, scope, status, given) => {
    const id = trust({ scopes: ["provision", "admin"] });
    const answer = await ask(id, await issuer.sign(), { scope });
    expect([answer.status, answer.body.scope]).toEqual([status, given]);
  });

  test("needs one look at the keys for many exchanges", async () => {
    const id = trust();
    // A client may have five unchecked at a time.
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all(Array.from({ length: 5 }, async () => ask(id, await issuer.sign())));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    }
    expect(issuer.asked()).toBe(1);
  });

  test("counts again from the client's cache when it has no id, and once when it has one", async () => {
    const id = trust();
    const [plain, numbered] = [await issuer.sign(), await issuer.sign({ jti: "one" })];
    expect([(await ask(id, plain)).status, (await ask(id, plain)).status]).toEqual([200, 200]);
    const statuses = await Promise.all([ask(id, numbered), ask(id, numbered), ask(trust(), numbered)]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect(reasons()).toEqual(["it was used before", "it was used before"]);
    expect((await ask(id, await issuer.sign({ jti: "two" }))).status).toBe(200);
  });

  test("stops counting when the trust is removed, and so does the access it gave", async () => {
    const id = trust();
    const { body } = await ask(id, await issuer.sign());
    expect((await read(body.access_token)).status).toBe(200);
    door.trusts.records.set(id, { ...door.trusts.records.get(id)!, removedAt: new Date() });
    skewMs = 1_001;
    expect([(await read(body.access_token)).status, (await ask(id, await issuer.sign())).status]).toEqual([
      401, 401,
    ]);
  });
});

describe("an assertion is refused", () => {
  const strangers = async (claims: JWTPayload) => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const header = { alg: "ES256", kid: "key-1", jwk: await exportJWK(publicKey) };
    return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
  };

  test.each<[string, () => Promise<string>, string]>([
    ["of another issuer", () => issuer.sign({ iss: "https://login.example/v2.0" }), "iss is not the issuer"],
    ["of another workload", () => issuer.sign({ sub: "somebody" }), "sub is not the subject"],
    ["for another application", () => issuer.sign({ aud: "api://other" }), "aud is not one of the audiences"],
    ["of another tenant", () => issuer.sign({ tid: randomUUID() }), "tid is not the tenant"],
    ["that is over", () => issuer.sign({ exp: Math.floor(Date.now() / 1_000) - 61 }), "it has expired"],
    ["of algorithm none", () => unsigned(), "its algorithm is not allowed"],
    [
      "without signature",
      async () => `${(await issuer.sign()).split(".").slice(0, 2).join(".")}.`,
      "its signature is wrong",
    ],
    [
      "signed by somebody else",
      async () => strangers({ iss: issuer.workload.issuer }),
      "its signature is wrong",
    ],
    ["of a shared secret", () => signedWithSecret(), "its algorithm is not allowed"],
    ["that is none", async () => "canary", "it cannot be read"],
  ])("%s, and only the log says why", async (_name, make, reason) => {
    const assertion = await make();
    const answer = await ask(trust(), assertion);
    expect([answer.status, answer.body]).toEqual([
      401,
      {
        error: "invalid_client",
        error_description: "unknown client, or an assertion that is not trusted",
        title: "invalid_client",
        status: 401,
        detail: "unknown client, or an assertion that is not trusted",
      },
    ]);
    expect(reasons()).toEqual([reason]);
    expect(JSON.stringify(lines)).not.toContain(assertion);
  });

  const unsigned = async () => {
    const header = Buffer.from(JSON.stringify({ alg: "none", kid: "key-1" })).toString("base64url");
    return `${header}.${(await issuer.sign()).split(".")[1]}.`;
  };
  const signedWithSecret = () =>
    new SignJWT({ iss: issuer.workload.issuer })
      .setProtectedHeader({ alg: "HS256", kid: "key-1" })
      .sign(new Uint8Array(32));

  test.each<[string, () => string, string]>([
    ["nobody knows", () => randomUUID(), "there is no such trust"],
    ["is no id of a trust", () => door.tokens.add(["provision"]).id, "there is no such trust"],
    ["was removed", () => trust({ removedAt: new Date() }), "there is no such trust"],
    [
      "has its keys elsewhere",
      () => trust({ jwksUrl: "https://169.254.169.254/keys" }),
      "ASSERTION_KEY_HOSTS does not name the key host",
    ],
  ])("of a client that %s", async (_name, client, reason) => {
    expect((await ask(client(), await issuer.sign())).status).toBe(401);
    expect([reasons(), issuer.asked()]).toEqual([[reason], 0]);
  });

  test("after five failures for a minute, even when it is good", async () => {
    const id = trust();
    for (let n = 0; n < 5; n++) expect((await ask(id, "guess")).status).toBe(401);
    expect((await ask(id, await issuer.sign())).status).toBe(429);
    expect((await ask(trust(), await issuer.sign())).status).toBe(200);
  });
});

describe("keys", () => {
  test("a new one is found when it is used, at most every 30 seconds", async () => {
    const id = trust();
    expect((await ask(id, await issuer.sign())).status).toBe(200);
    await issuer.rotate();
    const assertion = await issuer.sign();
    expect([(await ask(id, assertion)).status, issuer.asked()]).toEqual([401, 1]);
    skewMs = 30_000;
    expect([(await ask(id, assertion)).status, issuer.asked()]).toEqual([200, 2]);
    for (let n = 0; n < 3; n++)
      expect((await ask(id, await issuer.sign({}, { kid: `made up ${n}` }))).status).toBe(401);
    expect(issuer.asked()).toBe(2);
  });

  test("that is no longer published stops counting within ten minutes", async () => {
    const id = trust();
    expect((await ask(id, await issuer.sign())).status).toBe(200);
    const withOldKey = await issuer.sign();
    await issuer.rotate();
    skewMs = 10 * MINUTE_MS;
    expect([(await ask(id, withOldKey)).status, reasons()]).toEqual([401, ["its key is not published"]]);
  });

  const big = (response: Parameters<typeof dropped>[0]) =>
    response.end(JSON.stringify({ keys: ["x".repeat(300_000)] }));
  test.each<[string, Answer]>([
    ["is gone", dropped],
    ["fails", (response) => response.writeHead(500).end()],
    ["sends elsewhere", (response) => response.writeHead(302, { location: "/keys" }).end()],
    ["answers with a page", (response) => response.end("<html>")],
    ["answers with nothing", (response) => response.end('{"keys":[]}')],
    ["answers with something else", (response) => response.end('{"keys":[1]}')],
    ["answers without end", big],
  ])("serve for a day while their host %s", async (_name, down) => {
    const id = trust();
    expect((await ask(id, await issuer.sign())).status).toBe(200);
    issuer.answer(down);
    for (const hours of [1, 12, 23]) {
      skewMs = hours * HOUR_MS;
      expect((await ask(id, await issuer.sign())).status).toBe(200);
    }
    expect(issuer.asked()).toBe(4);
    skewMs = 24 * HOUR_MS;
    const answer = await ask(id, await issuer.sign());
    expect([answer.status, Number(answer.headers["retry-after"])]).toEqual([503, 30]);
    expect(answer.text).not.toContain(issuer.origin);
    issuer.answer("keys");
    skewMs += 30_000;
    expect((await ask(id, await issuer.sign())).status).toBe(200);
  });

  test("that were never had are no fault of the client, and are asked for every 30 seconds", async () => {
    const id = trust();
    issuer.answer(dropped);
    for (let n = 0; n < 8; n++) expect((await ask(id, await issuer.sign())).status).toBe(503);
    expect(issuer.asked()).toBe(1);
    issuer.answer("keys");
    skewMs = 30_000;
    expect((await ask(id, await issuer.sign())).status).toBe(200);
  });

  test("of which the host is gone cannot tell a new one from a false one", async () => {
    const id = trust();
    expect((await ask(id, await issuer.sign())).status).toBe(200);
    await issuer.rotate();
    issuer.answer(dropped);
    skewMs = 30_000;
    const assertion = await issuer.sign();
    expect([(await ask(id, assertion)).status, (await ask(id, assertion)).status, issuer.asked()]).toEqual([
      503, 503, 2,
    ]);
  });
});
