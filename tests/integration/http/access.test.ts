import { type RequestHandler, Router } from "express";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import { Unavailable } from "../../../src/core/errors.ts";
import { formatToken, makeTokenId, makeTokenSecret } from "../../../src/http/auth/tokens.ts";
import type { Mount } from "../../../src/http/mount.ts";
import { BOOTSTRAP, type Door, openDoor } from "./door.ts";
import { exchange, head, isWhole, statusOf } from "./raw.ts";

const ok: RequestHandler = (_req, res) => void res.json({});
const at = (path: string, access: Mount["access"], more: Partial<Mount> = {}): Mount => ({
  path,
  access,
  handler: Router().all("/", ok),
  ...more,
});
const mounts: readonly Mount[] = [
  at("/scim", ["provision"], { rateLimited: true }),
  at("/history", ["history:read"]),
  at("/sync", ["admin", "history:read"]),
  at("/admin", ["admin"]),
  at("/open", "public"),
  at("/probe", "public", { anyHost: true }),
  at("/numbers", ["admin"], { openOnLoopback: true }),
];

let nowMs = 0;
let wall = new Date("2026-03-01T08:00:00Z");
const clock = { ...systemClock, monotonicMs: () => nowMs, now: () => wall };
let door: Door;

beforeEach(async () => {
  nowMs = 0;
  wall = new Date("2026-03-01T08:00:00Z");
  door = await openDoor({ mounts, clock });
});
afterEach(() => door.server.stop());

const get = (path: string, token: string) =>
  request(door.base).get(path).set("Authorization", `Bearer ${token}`);
const statusWith = async (token: string, path = "/scim") => (await get(path, token)).status;

describe("scopes", () => {
  test.each([
    ["provision", { "/scim": 200, "/history": 403, "/sync": 403, "/admin": 403 }],
    ["history:read", { "/scim": 403, "/history": 200, "/sync": 200, "/admin": 403 }],
    ["admin", { "/scim": 403, "/history": 403, "/sync": 200, "/admin": 200 }],
  ] as const)("%s opens its own rooms and no other", async (scope, expected) => {
    const { text } = door.tokens.add([scope]);
    const statuses = Object.fromEntries(
      await Promise.all(Object.keys(expected).map(async (path) => [path, await statusWith(text, path)])),
    );
    expect(statuses).toEqual(expected);
  });

  test("the bootstrap token opens all", async () => {
    for (const path of ["/scim", "/history", "/sync", "/admin"])
      expect(await statusWith(BOOTSTRAP, path)).toBe(200);
  });

  test("a refusal names the scope that is missing", async () => {
    const answer = await get("/sync", door.tokens.add(["provision"]).text);
    expect(answer.headers["www-authenticate"]).toBe(
      'Bearer realm="dingtalk-scim", error="insufficient_scope", scope="admin history:read"',
    );
  });
});

describe("credentials that are none", () => {
  const good = () => door.tokens.add(["provision"]);
  test.each<[string, () => string | undefined]>([
    ["no header", () => undefined],
    ["an empty header", () => ""],
    ["Bearer and nothing", () => "Bearer"],
    ["Bearer and a blank", () => "Bearer  "],
    ["the token without a scheme", () => good().text],
    ["Basic", () => `Basic ${Buffer.from(`x:${good().text}`).toString("base64")}`],
    ["two tokens in one header", () => `Bearer ${good().text} ${good().text}`],
    [
      "a secret of another token",
      () => `Bearer ${formatToken({ environment: "test", id: good().id, secret: makeTokenSecret() })}`,
    ],
    [
      "an unknown id",
      () => `Bearer ${formatToken({ environment: "test", id: makeTokenId(), secret: makeTokenSecret() })}`,
    ],
    ["a wrong checksum", () => `Bearer ${good().text.slice(0, -1)}!`],
    ["an expired one", () => `Bearer ${door.tokens.add(["provision"], { expiresAt: wall }).text}`],
    ["a revoked one", () => `Bearer ${door.tokens.add(["provision"], { revokedAt: wall }).text}`],
    ["a piece of the bootstrap token", () => `Bearer ${BOOTSTRAP.slice(0, -1)}`],
    ["a JWT signed by nobody", () => `Bearer ${jwt({ alg: "none" }, { sub: "bootstrap" }, "")}`],
    [
      "a JWT signed with a word",
      () => `Bearer ${jwt({ alg: "HS256", typ: "at+jwt" }, { sub: "bootstrap" }, "c2ln")}`,
    ],
  ])("%s", async (_name, header) => {
    const value = header();
    const call = request(door.base).get("/scim");
    const answer = await (value === undefined ? call : call.set("Authorization", value));
    expect([answer.status, answer.body.detail]).toEqual([401, "a valid bearer token is required"]);
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="dingtalk-scim"/);
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jwt = (header: unknown, payload: unknown, signature: string) =>
    `${part(header)}.${part(payload)}.${signature}`;

  test("two Authorization headers, though both are good", async () => {
    const line = `Authorization: Bearer ${BOOTSTRAP}`;
    const said = await exchange(
      door.server.port,
      [head(["GET /scim HTTP/1.1", "Host: localhost", line, line])],
      isWhole,
    );
    expect(statusOf(said)).toBe(401);
  });

  test("a word in another case is still the scheme", async () => {
    const answer = await request(door.base).get("/scim").set("Authorization", `bearer ${BOOTSTRAP}`);
    expect(answer.status).toBe(200);
  });
});

describe("a verified token", () => {
  test("costs one look-up a second, however many requests come", async () => {
    const { text } = door.tokens.add(["provision"]);
    await Promise.all(Array.from({ length: 20 }, () => get("/scim", text)));
    expect(door.tokens.finds()).toBe(1);
    nowMs += 1_000;
    await get("/scim", text);
    expect(door.tokens.finds()).toBe(2);
  });

  test("that is revoked elsewhere is refused a second later", async () => {
    const { id, text } = door.tokens.add(["provision"]);
    expect(await statusWith(text)).toBe(200);
    door.tokens.change(id, { revokedAt: wall });
    nowMs += 1_000;
    expect(await statusWith(text)).toBe(401);
  });

  test("that is revoked in this process is refused at once", async () => {
    const { id, text } = door.tokens.add(["provision"]);
    expect(await statusWith(text)).toBe(200);
    door.tokens.change(id, { revokedAt: wall });
    door.authenticator.forget(id);
    expect(await statusWith(text)).toBe(401);
  });

  test("notes its last use", async () => {
    const { id, text } = door.tokens.add(["provision"]);
    await get("/scim", text);
    expect(door.tokens.records.get(id)?.lastUsedAt).toBeInstanceOf(Date);
  });
});

test("when the database is away nobody is called unauthorised", async () => {
  let isAway = false;
  const away = async () => {
    if (isAway) throw new Unavailable("the database does not answer");
    return undefined;
  };
  const other = await openDoor({ mounts, clock, lookup: { find: away, touch: async () => undefined } });
  const { text } = door.tokens.add(["provision"]);
  const call = () => request(other.base).get("/scim").set("Authorization", `Bearer ${text}`);
  expect((await call()).status).toBe(401);
  isAway = true;
  const answer = await call();
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
  await other.server.stop();
});

describe("limits", () => {
  test("a client over its rate is told when to come back; another one is not held up", async () => {
    const limited = await openDoor({ mounts, clock, ratePerClient: 2 });
    const [busy, calm] = [limited.tokens.add(["provision"]).text, limited.tokens.add(["provision"]).text];
    const call = (token: string, path = "/scim") =>
      request(limited.base).get(path).set("Authorization", `Bearer ${token}`);
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) statuses.push((await call(busy)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    const refused = await call(busy);
    expect([refused.headers["retry-after"], refused.body.code]).toEqual(["1", "TOO_MANY_REQUESTS"]);
    expect((await call(calm)).status).toBe(200);
    expect((await call(busy, "/history")).status).toBe(403);
    nowMs += 500;
    expect((await call(busy)).status).toBe(200);
    await limited.server.stop();
  });

  test("whoever guesses is slowed down; who was let in before, from the same address, is not", async () => {
    const known = door.tokens.add(["provision"]).text;
    expect(await statusWith(known)).toBe(200);
    const guesses = new Map<number, number>();
    for (let round = 0; round < 32; round++) {
      const statuses = await Promise.all(Array.from({ length: 10 }, () => statusWith("x".repeat(40))));
      for (const status of statuses) guesses.set(status, (guesses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(guesses)).toEqual({ 401: 300, 429: 20 });
    nowMs += 5_000;
    expect(await statusWith(known)).toBe(200);
    expect(await statusWith(door.tokens.add(["provision"]).text)).toBe(429);
  });
});

describe("hosts", () => {
  test.each([
    ["/open", "scim.example", 200],
    ["/open", "localhost:1", 200],
    ["/open", "evil.example", 421],
    ["/scim", "evil.example", 421],
    ["/nowhere", "evil.example", 421],
    ["/probe", "10.1.2.3:8080", 200],
  ])("%s for %s is %i", async (path, host, status) => {
    expect((await get(path, BOOTSTRAP).set("Host", host)).status).toBe(status);
  });
});

describe("an address that is open on this machine", () => {
  test.each<[string, Record<string, string>, number]>([
    ["without a token", {}, 200],
    ["through a proxy on this machine", { "X-Forwarded-For": "203.0.113.9" }, 401],
    ["through a proxy that keeps the host", { Host: "scim.example" }, 401],
    [
      "through a proxy, with a token",
      { "X-Forwarded-For": "203.0.113.9", Authorization: `Bearer ${BOOTSTRAP}` },
      200,
    ],
  ])("%s", async (_name, headers, status) => {
    expect((await request(door.base).get("/numbers").set(headers)).status).toBe(status);
  });
});

test("TRACE is refused everywhere", async () => {
  for (const path of ["/scim", "/open", "/nowhere"]) {
    const said = await exchange(
      door.server.port,
      [head([`TRACE ${path} HTTP/1.1`, "Host: localhost"])],
      isWhole,
    );
    expect([statusOf(said), /^Allow: .*$/m.test(said)]).toEqual([405, true]);
  }
});
