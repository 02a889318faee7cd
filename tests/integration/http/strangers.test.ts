import { randomBytes } from "node:crypto";
import { Router } from "express";
import { Registry } from "prom-client";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import { formatToken, makeTokenSecret } from "../../../src/http/auth/tokens.ts";
import { metricsEndpoint, observeIn } from "../../../src/http/monitoring/metrics.ts";
import type { Mount } from "../../../src/http/mount.ts";
import { BOOTSTRAP, createLineLogger, type Door, type DoorOptions, openDoor } from "./door.ts";
import { exchange, head, isWhole, statusOf } from "./raw.ts";

const { lines, logger } = createLineLogger();
const wall = new Date("2026-03-01T08:00:00Z");
let nowMs = 0;
const clock = { ...systemClock, now: () => wall, monotonicMs: () => nowMs };
const scim: Mount = {
  path: "/scim",
  access: ["provision"],
  handler: Router().all("/{:id}", (_req, res) => void res.json({})),
};
let door: Door;

async function open(options: DoorOptions = {}): Promise<void> {
  door = await openDoor({ mounts: [scim], clock, logger, ...options });
}
beforeEach(() => {
  lines.length = 0;
  nowMs = 0;
});
afterEach(() => door.server.stop());

const ask = (clientId: string, headers: Record<string, string> = {}, secret = "guess") =>
  request(door.base)
    .post("/oauth2/token")
    .set(headers)
    .type("form")
    .send({ grant_type: "client_credentials", client_id: clientId, client_secret: secret });
const countOf = (statuses: readonly number[]) =>
  Object.fromEntries(
    [...new Set(statuses)].sort().map((status) => [status, statuses.filter((one) => one === status).length]),
  );

describe("the token endpoint", () => {
  test("with a new client id each time is 429 after twenty failures, and the database is asked no more", async () => {
    await open();
    const statuses: number[] = [];
    for (let at = 0; at < 60; at++) statuses.push((await ask(randomBytes(12).toString("hex"))).status);
    expect([countOf(statuses), door.tokens.finds()]).toEqual([{ 401: 20, 429: 40 }, 20]);
    const refused = await ask("another");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    nowMs += 60_000;
    expect((await ask("another")).status).toBe(401);
  });

  test("ids in the header, ids without end and assertions are counted like any other", async () => {
    await open();
    const statuses: number[] = [];
    for (let at = 0; at < 10; at++) {
      const basic = Buffer.from(`${randomBytes(8).toString("hex")}:x`).toString("base64");
      const call = request(door.base).post("/oauth2/token").type("form");
      statuses.push(
        (await call.set("Authorization", `Basic ${basic}`).send({ grant_type: "client_credentials" })).status,
      );
      statuses.push((await ask(randomBytes(3_000).toString("hex"))).status);
      const assertion = {
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: "x",
      };
      const form = {
        grant_type: "client_credentials",
        client_id: randomBytes(8).toString("hex"),
        ...assertion,
      };
      statuses.push((await request(door.base).post("/oauth2/token").type("form").send(form)).status);
    }
    expect(countOf(statuses)).toEqual({ 401: 20, 429: 10 });
  });

  test("a client that got its token there goes on, whatever somebody makes up behind the same address", async () => {
    await open();
    const { id, secret } = door.tokens.add(["provision"]);
    expect((await ask(id, {}, secret)).status).toBe(200);
    for (let at = 0; at < 30; at++) await ask(`made-up-${at}`);
    expect((await ask(id, {}, secret)).status).toBe(200);
  });

  test("behind a trusted proxy each address has its own bound, each IPv6 network one for all its addresses", async () => {
    await open({ trustProxy: "loopback" });
    const from = async (address: (at: number) => string) => {
      const statuses: number[] = [];
      for (let at = 0; at < 30; at++)
        statuses.push((await ask(`made-up-${at}`, { "X-Forwarded-For": address(at) })).status);
      return countOf(statuses);
    };
    expect(await from(() => "203.0.113.9")).toEqual({ 401: 20, 429: 10 });
    expect(await from((at) => `198.51.100.${at}`)).toEqual({ 401: 30 });
    expect(await from((at) => `2001:db8:0:1::${at.toString(16)}`)).toEqual({ 401: 20, 429: 10 });
    expect(await from((at) => `2001:db8:0:${(at + 2).toString(16)}::1`)).toEqual({ 401: 30 });
  });

  test("a forged header changes nothing where no proxy is trusted", async () => {
    await open();
    const statuses: number[] = [];
    for (let at = 0; at < 30; at++)
      statuses.push((await ask(`made-up-${at}`, { "X-Forwarded-For": `198.51.100.${at}` })).status);
    expect(countOf(statuses)).toEqual({ 401: 20, 429: 10 });
  });

  test.each([
    ["NUL in the id", { client_id: "a\0b", client_secret: "x" }],
    ["NUL in the secret", { client_id: "a", client_secret: "\0" }],
  ])("%s is a wrong request, and reaches nobody", async (_name, form) => {
    await open();
    const answer = await request(door.base)
      .post("/oauth2/token")
      .type("form")
      .send({ grant_type: "client_credentials", ...form });
    expect([answer.status, answer.body.error, door.tokens.finds()]).toEqual([400, "invalid_request", 0]);
  });

  test("3,000 parameters are refused at once", async () => {
    await open();
    const body = Array.from({ length: 3_000 }, (_, at) => at.toString(36)).join("&");
    const started = performance.now();
    const answer = await request(door.base)
      .post("/oauth2/token")
      .type("form")
      .send(`${body}&grant_type=client_credentials`);
    // Some milliseconds; compared with each other, as they were, a second.
    expect([answer.status, performance.now() - started < 500]).toEqual([401, true]);
  });
});

describe("a refused credential is one line in the log, and the same 401", () => {
  const good = () => door.tokens.add(["provision"]);
  test.each<[string, () => { header?: string; id?: string }, string]>([
    ["none", () => ({}), "missing"],
    ["another scheme", () => ({ header: `Basic ${Buffer.from("a:b").toString("base64")}` }), "notBearer"],
    [
      "a letter mistyped",
      () => {
        const { id, text } = good();
        const last = text.at(-1) === "0" ? "1" : "0";
        return { header: `Bearer ${text.slice(0, -1)}${last}`, id };
      },
      "mistyped",
    ],
    [
      "the end cut off",
      () => {
        const { id, text } = good();
        return { header: `Bearer ${text.slice(0, -3)}`, id };
      },
      "mistyped",
    ],
    ["something else", () => ({ header: "Bearer some-other-system-token-0123456789" }), "unknownForm"],
    ["a JWT of others", () => ({ header: "Bearer eyJhbGciOiJub25lIn0.e30.x" }), "accessTokenRefused"],
    [
      "an unknown id",
      () => ({
        header: `Bearer ${formatToken({ environment: "test", id: "00ff", secret: makeTokenSecret() })}`,
        id: "00ff",
      }),
      "unknownToken",
    ],
    [
      "a wrong secret",
      () => {
        const { id } = good();
        return {
          header: `Bearer ${formatToken({ environment: "test", id, secret: makeTokenSecret() })}`,
          id,
        };
      },
      "wrongSecret",
    ],
    [
      "a revoked one",
      () => {
        const { id, text } = door.tokens.add(["provision"], { revokedAt: wall });
        return { header: `Bearer ${text}`, id };
      },
      "revoked",
    ],
    [
      "an expired one",
      () => {
        const { id, text } = door.tokens.add(["provision"], { expiresAt: wall });
        return { header: `Bearer ${text}`, id };
      },
      "expired",
    ],
  ])("%s", async (_name, make, code) => {
    await open();
    const { header, id } = make();
    const call = request(door.base).get("/scim/42?filter=secret");
    const answer = await (header === undefined ? call : call.set("Authorization", header));
    expect([answer.status, answer.body.detail]).toEqual([401, "a valid bearer token is required"]);
    const told = lines.filter(({ message }) => message === "a credential was refused");
    expect(told).toEqual([
      {
        level: "warn",
        message: "a credential was refused",
        fields: expect.objectContaining({
          reasonCode: code,
          address: "127.0.0.1",
          path: "/scim/42",
          requestId: answer.headers["x-request-id"],
        }),
      },
    ]);
    expect(told[0]!.fields["tokenId"]).toBe(id);
    if (header !== undefined) expect(JSON.stringify(lines)).not.toContain(header.split(" ")[1]);
  });

  test("at the token endpoint too, with the address the proxy tells", async () => {
    await open({ trustProxy: "1" });
    const { id, text } = door.tokens.add(["provision"]);
    await ask(id, { "X-Forwarded-For": "6.6.6.6, 198.51.100.7" }, text.slice(0, -1));
    await ask("nobody", { "X-Forwarded-For": "198.51.100.7" });
    expect(
      lines
        .filter(({ level }) => level === "warn")
        .map(({ fields }) => [fields["reasonCode"], fields["tokenId"], fields["address"], fields["path"]]),
    ).toEqual([
      ["mistyped", id, "198.51.100.7", "/oauth2/token"],
      ["unknownToken", "nobody", "198.51.100.7", "/oauth2/token"],
    ]);
  });
});

describe("metrics", () => {
  const openMetrics = async (openOnLoopback: boolean) => {
    const registry = new Registry();
    await open({ mounts: [metricsEndpoint(registry, { openOnLoopback })] });
    return registry;
  };

  test.each<[string, boolean, Record<string, string>, number]>([
    ["on this machine, where that is allowed", true, {}, 200],
    ["on this machine, where it is not", false, {}, 401],
    ["through a proxy that says so", true, { "X-Forwarded-Proto": "https" }, 401],
    ["through a proxy that says so by RFC 7239", true, { Forwarded: "for=_hidden" }, 401],
    ["through a proxy that keeps the host", true, { Host: "scim.example" }, 401],
    ["with a token that may", false, { Authorization: "metrics" }, 200],
    ["with an administrator's", false, { Authorization: "admin" }, 200],
    ["with a client's", false, { Authorization: "provision" }, 403],
    ["with an auditor's", false, { Authorization: "history:read" }, 403],
  ])("asked for %s", async (_name, isOpen, headers, status) => {
    await openMetrics(isOpen);
    const { Authorization: scope } = headers;
    const token =
      scope === undefined ? {} : { Authorization: `Bearer ${door.tokens.add([scope as "metrics"]).text}` };
    expect(
      (
        await request(door.base)
          .get("/metrics")
          .set({ ...headers, ...token })
      ).status,
    ).toBe(status);
  });

  test("have no label that a stranger chooses", async () => {
    const registry = new Registry();
    const observe = observeIn(registry);
    for (const method of ["PROPFIND", "MKCOL", "LOCK", "M-SEARCH"])
      observe({ method, route: "unmatched", status: 404, ms: 1 });
    expect(
      (await registry.metrics()).match(/method="[^"]*"/g)?.every((label) => label === 'method="other"'),
    ).toBe(true);
  });
});

describe("one request, one host", () => {
  test.each<[string, readonly string[], number]>([
    ["one", ["Host: localhost"], 200],
    ["two that are equal", ["Host: localhost", "Host: localhost"], 400],
    ["two that differ", ["Host: localhost", "host: evil.example"], 400],
    ["none", [], 400],
  ])("%s", async (_name, hosts, status) => {
    await open();
    const said = await exchange(
      door.server.port,
      [head(["GET /scim HTTP/1.1", ...hosts, `Authorization: Bearer ${BOOTSTRAP}`])],
      isWhole,
    );
    expect(statusOf(said)).toBe(status);
  });

  test.each(["/scim/%00", "/scim/a%00b", "/scim?filter=%00", "/nowhere/%00"])(
    "%s is 400: nothing has such a name",
    async (path) => {
      await open();
      expect((await request(door.base).get(path).set("Authorization", `Bearer ${BOOTSTRAP}`)).status).toBe(
        400,
      );
    },
  );
});
