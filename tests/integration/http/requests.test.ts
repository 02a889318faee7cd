import { type RequestHandler, Router } from "express";
import request from "supertest";
import { Unavailable } from "../../../src/core/errors.ts";
import { readJsonBody } from "../../../src/http/body.ts";
import { methodNotAllowed } from "../../../src/http/methods.ts";
import type { Mount } from "../../../src/http/mount.ts";
import { requestContext, requireRight } from "../../../src/http/request-context.ts";
import { BOOTSTRAP, createLineLogger, type Door, openDoor, SOURCE } from "./door.ts";

const { lines, logger } = createLineLogger();
let door: Door;

const broken: RequestHandler = () => {
  throw new TypeError("secret detail of an internal failure", { cause: new Error("the deeper reason") });
};
const away: RequestHandler = () => {
  throw new Unavailable("the database at 10.0.0.1 does not answer");
};

/** Stands for the SCIM room: its own form of errors, everything behind a scope. */
function room(): Mount {
  const router = Router();
  router
    .route("/things")
    .get((req, res) => void res.json({ query: req.query }))
    .post(readJsonBody(), (req, res) => void res.status(201).json({ got: req.body }))
    .all(methodNotAllowed("GET", "POST"));
  router.get("/things/:id", (_req, res) => void res.json(requestContext(res)));
  router.get("/admin", requireRight("administer"), (_req, res) => void res.json({}));
  router.get("/broken", broken);
  router.get("/away", away);
  return {
    path: "/room",
    handler: router,
    access: ["provision"],
    renderError: (error) => ({
      status: (error as { code?: string }).code === "NOT_FOUND" ? 404 : 400,
      contentType: "application/scim+json",
      body: { room: (error as { code?: string }).code },
      unexpected: false,
    }),
  };
}

function plainRoom(): Mount {
  const router = Router();
  router.get("/broken", broken);
  router.get("/away", away);
  router.get("/things/:id", (_req, res) => void res.json({}));
  return { path: "/plain", handler: router, access: "public" };
}

beforeAll(async () => {
  door = await openDoor({ mounts: [room(), plainRoom()], logger });
});
afterAll(() => door.server.stop());
beforeEach(() => {
  lines.length = 0;
});

const get = (path: string) => request(door.base).get(path).set("Authorization", `Bearer ${BOOTSTRAP}`);
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("every answer", () => {
  test.each([
    ["of a room", "/room/things"],
    ["that is an error of a room", "/room/none"],
    ["to a stranger", "/room/things?anonymous"],
    ["at an unknown path", "/nowhere"],
    ["after a failure", "/plain/broken"],
  ])("%s has our request id and says nothing about the server", async (_name, path) => {
    const call = path.includes("anonymous") ? request(door.base).get(path) : get(path);
    const { headers } = await call.set("X-Request-Id", "client-chosen-id");
    expect(headers["x-request-id"]).toMatch(UUID_V7);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("etag");
  });

  test("a client's own id is logged when it looks like one, and used for nothing", async () => {
    await get("/room/things").set("X-Request-Id", "7f1d-client-0001");
    await get("/room/things").set("X-Request-Id", "<script>alert(1)</script>");
    expect(lines.map(({ fields }) => fields.clientRequestId)).toEqual(["7f1d-client-0001", undefined]);
  });
});

describe("paths and methods", () => {
  test("a slash at the end changes nothing", async () => {
    expect((await get("/room/things/")).status).toBe(200);
  });

  test("HEAD is GET without the body", async () => {
    const answer = await request(door.base).head("/room/things").set("Authorization", `Bearer ${BOOTSTRAP}`);
    expect([answer.status, answer.text]).toEqual([200, undefined]);
  });

  test("the context of the request reaches the room", async () => {
    const { body, headers } = await get("/room/things/42");
    expect(body).toEqual({
      requestId: headers["x-request-id"],
      receivedAt: expect.any(String),
      actor: "token:bootstrap",
      sourceId: SOURCE,
      scopes: ["provision", "history:read", "history:personal", "metrics", "admin"],
    });
  });

  test("query parameters are texts or lists of texts, never objects", async () => {
    const { body } = await get("/room/things?a[b]=1&c=2&c=3&__proto__=x");
    expect(body.query).toEqual(JSON.parse('{"a[b]":"1","c":["2","3"],"__proto__":"x"}'));
  });

  test("an unknown method of a known address is told which ones there are", async () => {
    const answer = await request(door.base).put("/room/things").set("Authorization", `Bearer ${BOOTSTRAP}`);
    expect([answer.body, answer.headers.allow]).toEqual([{ room: "METHOD_NOT_ALLOWED" }, "GET, HEAD, POST"]);
  });

  test("a path outside of every room is a problem document", async () => {
    const answer = await get("/nowhere/at/all");
    expect(answer.status).toBe(404);
    expect(answer.type).toBe("application/problem+json");
    expect(answer.body).toEqual({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "there is nothing at this address",
      code: "NOT_FOUND",
      requestId: answer.headers["x-request-id"],
    });
  });

  test("a path that a room leaves alone is an error in the room's form", async () => {
    const answer = await get("/room/none");
    expect([answer.status, answer.type, answer.body]).toEqual([
      404,
      "application/scim+json",
      { room: "NOT_FOUND" },
    ]);
  });

  test("broken percent-encoding is the client's fault", async () => {
    expect((await get("/plain/things/%E0%A4%A")).status).toBe(400);
  });
});

describe("failures", () => {
  test("an unforeseen one shows nothing and is logged with its causes", async () => {
    const answer = await get("/plain/broken");
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ detail: "internal error", code: "INTERNAL" });
    expect(answer.text).not.toContain("secret detail");
    const logged = lines.find(({ level }) => level === "error")!;
    expect(logged.fields.requestId).toBe(answer.headers["x-request-id"]);
    expect((logged.fields.error as Error).cause).toEqual(new Error("the deeper reason"));
  });

  test("an outage is 503 with the time to wait and no name of what is out", async () => {
    const answer = await get("/plain/away");
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(answer.text).not.toContain("10.0.0.1");
    expect(lines.find(({ level }) => level === "warn")?.message).toBe("a request could not be served");
  });
});

describe("the line of a request", () => {
  test.each([
    [
      "/room/things/9b2c?filter=userName%20eq%20%22li%22",
      { route: "/room/things/:id", status: 200, actor: "token:bootstrap", sourceId: SOURCE },
    ],
    ["/room/9b2c", { route: "/room/*", status: 404, actor: "token:bootstrap", sourceId: SOURCE }],
    ["/nowhere/9b2c", { route: "unmatched", status: 404, actor: undefined }],
  ])("%s names the pattern, not the path", async (path, expected) => {
    const { headers } = await get(path);
    const { fields } = lines.find(({ message }) => message === "request")!;
    expect(fields).toEqual({
      requestId: headers["x-request-id"],
      method: "GET",
      ms: expect.any(Number),
      clientRequestId: undefined,
      ...expected,
    });
    expect(door.finished.at(-1)).toMatchObject({ route: expected.route, status: expected.status });
  });
});
