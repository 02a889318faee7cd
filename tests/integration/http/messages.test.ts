import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type Express } from "express";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { messagesOf } from "../../../src/http/connection/express-messages.ts";
import { type HttpServer, startHttpServer } from "../../../src/http/connection/server.ts";

let app: Express;
let server: HttpServer;
/** Of each request, before the app has seen it and while it answers. */
let seen: {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly names: readonly string[];
}[];

const namesOf = (req: IncomingMessage, res: ServerResponse): readonly string[] =>
  [...Object.keys(req).map((name) => `req.${name}`), ...Object.keys(res).map((name) => `res.${name}`)].sort();

beforeEach(async () => {
  app = express();
  seen = [];
  const router = express.Router();
  router.get("/people/:id", (req, res) => {
    seen.push({ req, res, names: namesOf(req, res) });
    res.json({
      id: req.params.id,
      q: req.query["q"],
      base: req.baseUrl,
      takes: req.accepts("json"),
      app: req.app === app,
    });
  });
  app.use("/below", router);
  const messages = messagesOf(app);
  server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    messages,
    handler(req, res) {
      seen.push({ req, res, names: namesOf(req, res) });
      app(req, res);
    },
    clock: systemClock,
    logger: silentLogger,
  });
});
afterEach(() => server.stop(0));

const ask = () => request(`http://127.0.0.1:${server.port}`).get("/below/people/7?q=x");

test("express works on them as on node's own", async () => {
  const { status, body } = await ask();
  expect([status, body]).toEqual([200, { id: "7", q: "x", base: "/below", takes: "json", app: true }]);
});

test("they have express's prototypes and all of its fields before express sees them, so that it changes the shape of none", async () => {
  await ask();
  const [before, during] = seen;
  expect([Object.getPrototypeOf(before!.req), Object.getPrototypeOf(before!.res)]).toEqual([
    app.request,
    app.response,
  ]);
  expect(during!.names).toEqual(before!.names);
});
