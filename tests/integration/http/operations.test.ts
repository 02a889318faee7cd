import { readFileSync } from "node:fs";
import { Gauge } from "prom-client";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { healthMounts, type ReadinessCheck } from "../../../src/http/monitoring/health.ts";
import { createMetricsRegistry, metricsEndpoint, observeIn } from "../../../src/http/monitoring/metrics.ts";
import { docsMounts } from "../../../src/http/pages/docs.ts";
import { type Door, openDoor } from "./door.ts";

let door: Door;
afterEach(() => door.server.stop());

const works: ReadinessCheck = async () => undefined;
const fails: ReadinessCheck = async () => {
  throw new Error("password authentication failed for user scim");
};

describe("health", () => {
  async function open(checks: Readonly<Record<string, ReadinessCheck>>, clock = systemClock) {
    door = await openDoor({ mounts: healthMounts({ checks, clock, logger: silentLogger }) });
  }

  test.each<[string, Record<string, ReadinessCheck>, number, unknown]>([
    [
      "everything works",
      { database: works, worker: works },
      200,
      { status: "ready", checks: { database: "ok", worker: "ok" } },
    ],
    [
      "one thing fails",
      { database: fails, worker: works },
      503,
      { status: "notReady", checks: { database: "failing", worker: "ok" } },
    ],
    [
      "one thing hangs",
      { database: () => new Promise(() => undefined) },
      503,
      { status: "notReady", checks: { database: "failing" } },
    ],
  ])("ready when %s: see the answer", async (_name, checks, status, body) => {
    await open(checks);
    const answer = await request(door.base).get("/readyz");
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  test("alive, whatever fails", async () => {
    await open({ database: fails });
    const answer = await request(door.base).get("/healthz").set("Host", "10.0.0.9");
    expect([answer.status, answer.body]).toEqual([200, { status: "ok" }]);
  });

  test("a hundred probes are one check", async () => {
    let runs = 0;
    const counting: ReadinessCheck = async () => {
      runs++;
    };
    // What is known is good for a second, which a hundred probes may take.
    await open({ database: counting }, { ...systemClock, monotonicMs: () => 0 });
    await Promise.all(Array.from({ length: 100 }, () => request(door.base).get("/readyz")));
    expect(runs).toBe(1);
  });
});

test("metrics show requests by pattern, the event loop, and what other rooms register", async () => {
  const registry = createMetricsRegistry();
  new Gauge({ name: "sync_oldest_due_seconds", help: "age", registers: [registry] }).set(7);
  observeIn(registry)({ method: "GET", route: "/scim/v2/Users/:id", status: 200, ms: 3 });
  door = await openDoor({ mounts: [metricsEndpoint(registry, { openOnLoopback: true })] });
  const { status, text, headers } = await request(door.base).get("/metrics");
  expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="/scim/v2/Users/:id",status="200"} 1',
  );
  expect(text).toContain("sync_oldest_due_seconds 7");
  expect(text).toContain("nodejs_eventloop_lag_seconds");
  registry.clear();
});

describe("documents", () => {
  const openapi =
    "openapi: 3.1.0\nservers:\n  - url: http://127.0.0.1:8080\n    description: elsewhere\ninfo: { title: x }\n";
  beforeEach(async () => {
    door = await openDoor({ mounts: docsMounts(openapi, "https://scim.example.com") });
  });

  test("the contract is given with this server's own address", async () => {
    const answer = await fetch(`${door.base}/openapi.yaml`);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "application/yaml; charset=utf-8",
      'openapi: 3.1.0\nservers:\n  - url: "https://scim.example.com"\ninfo: { title: x }\n',
    ]);
  });

  test("the page takes everything from this server, and nothing inline may run", async () => {
    const answer = await request(door.base).get("/docs");
    expect(answer.type).toBe("text/html");
    expect(answer.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(answer.text).not.toMatch(/<script(?! src="\/docs\/)/);
    for (const path of [...answer.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(
      (match) => match[1]!,
    )) {
      const part = await request(door.base).get(path);
      expect([path, part.status, part.type]).toEqual([
        path,
        200,
        path.endsWith(".css") ? "text/css" : "text/javascript",
      ]);
      expect(part.headers["cache-control"]).toBe("no-store");
    }
  });

  test("the viewer comes whole, is the same in one piece or many, and takes no other method", async () => {
    const whole = readFileSync(require.resolve("swagger-ui-dist/swagger-ui-bundle.js"));
    const answers = await Promise.all(
      [1, 2, 3].map(() => fetch(`${door.base}/docs/viewer.js`, { headers: { Range: "bytes=0-9" } })),
    );
    for (const answer of answers) {
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        200,
        "text/javascript; charset=utf-8",
      ]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(whole)).toBe(true);
    }
    expect((await request(door.base).post("/docs/viewer.js")).status).toBe(405);
    expect((await request(door.base).get("/docs/package.json")).status).toBe(404);
  });
});
