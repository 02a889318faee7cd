import { gzipSync } from "node:zlib";
import { Router } from "express";
import request from "supertest";
import { readJsonBody } from "../../../src/http/body.ts";
import { BOOTSTRAP, type Door, openDoor } from "./door.ts";
import { exchange, head, isWhole, statusOf, until } from "./raw.ts";

const LIMIT = 1_048_576;
let door: Door;
let bodiesSeen = 0;

beforeAll(async () => {
  const router = Router();
  router.post("/", readJsonBody(), (req, res) => {
    bodiesSeen++;
    res.json({ body: req.body });
  });
  door = await openDoor({ mounts: [{ path: "/things", handler: router, access: ["provision"] }] });
});
afterAll(() => door.server.stop());
beforeEach(() => {
  bodiesSeen = 0;
});

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  request(door.base)
    .post("/things")
    .set({ Authorization: `Bearer ${BOOTSTRAP}`, "Content-Type": "application/scim+json", ...headers })
    .serialize((raw: unknown) => raw as string)
    .send(body as string);

describe("a body that is read", () => {
  test.each<[string, string | Buffer, Record<string, string>, unknown]>([
    ["as SCIM", '{"a":1}', {}, { a: 1 }],
    ["as JSON", '{"a":1}', { "Content-Type": "application/json" }, { a: 1 }],
    [
      "of a charset that is not the one",
      '{"a":"张"}',
      { "Content-Type": "application/scim+json; charset=ISO-8859-1" },
      { a: "张" },
    ],
    [
      "in capitals, with a charset",
      '{"a":"张"}',
      { "Content-Type": 'Application/SCIM+JSON; Charset="UTF-8"' },
      { a: "张" },
    ],
    ["with an encoding that is none", "[]", { "Content-Encoding": "identity" }, []],
    ["after a byte order mark", "\ufeff{}", {}, {}],
    ["as big as allowed", JSON.stringify("x".repeat(LIMIT - 2)), {}, "x".repeat(LIMIT - 2)],
    [
      "with names that reach prototypes, as plain data",
      '{"__proto__":{"a":1}}',
      {},
      JSON.parse('{"__proto__":{"a":1}}'),
    ],
    ["that is not there", "", {}, undefined],
  ])("%s", async (_name, body, headers, expected) => {
    const answer = await post(body, headers);
    expect([answer.status, answer.body.body]).toEqual([200, expected]);
  });
});

describe("a body that is refused", () => {
  test.each<[string, string | Buffer, Record<string, string>, number]>([
    ["broken JSON", '{"a":', {}, 400],
    ["JSON with more after it", "{}{}", {}, 400],
    ["a name twice in one object", '{"a":{"active":true,"active":false}}', {}, 400],
    ["no UTF-8", Buffer.from([0x22, 0xc3, 0x28, 0x22]), {}, 400],
    ["one byte too many", JSON.stringify("x".repeat(LIMIT - 1)), {}, 413],
    ["3 MB", JSON.stringify("x".repeat(3 * LIMIT)), {}, 413],
    ["a form", "a=1", { "Content-Type": "application/x-www-form-urlencoded" }, 415],
    ["text", "{}", { "Content-Type": "text/plain" }, 415],
    ["compressed", gzipSync("{}"), { "Content-Encoding": "gzip" }, 415],
    ["no type that could be one", "{}", { "Content-Type": ";" }, 415],
  ])("%s", async (_name, body, headers, status) => {
    const answer = await post(body, headers);
    expect([answer.status, answer.body.status, bodiesSeen]).toEqual([status, status, 0]);
  });

  test("415 says which types, or which encoding, are accepted (RFC 9110 section 15.5.16)", async () => {
    const [type, encoding] = [
      await post("{}", { "Content-Type": "text/plain" }),
      await post("{}", { "Content-Encoding": "gzip" }),
    ];
    expect([type.headers.accept, type.headers["accept-encoding"]]).toEqual([
      "application/scim+json, application/json",
      undefined,
    ]);
    expect([encoding.headers.accept, encoding.headers["accept-encoding"]]).toEqual([undefined, "identity"]);
  });

  test("what was sent is not repeated", async () => {
    const answer = await post('{"userName": canary-77}');
    expect(answer.text).not.toContain("canary");
  });
});

const lines = (...more: string[]) => [
  "POST /things HTTP/1.1",
  "Host: localhost",
  `Authorization: Bearer ${BOOTSTRAP}`,
  ...more,
];

describe("on the wire", () => {
  test("a body without a type is 415", async () => {
    const said = await exchange(door.server.port, [head(lines("Content-Length: 2")), "{}"], isWhole);
    expect(statusOf(said)).toBe(415);
  });

  test("3 MB in chunks get their answer, and the connection serves on", async () => {
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const next = head([...lines("Content-Type: application/json", "Content-Length: 2")]);
    const said = await exchange(
      door.server.port,
      [
        head(lines("Content-Type: application/json", "Transfer-Encoding: chunked")),
        ...Array<string>(48).fill(chunk),
        "0\r\n\r\n",
        next,
        "{}",
      ],
      (text) => text.includes("HTTP/1.1 200"),
    );
    expect(statusOf(said)).toBe(413);
    expect(said).toContain('{"body":{}}');
  });

  test("a body that is too deep is refused before it has come whole", async () => {
    const declared = head(lines("Content-Type: application/json", "Content-Length: 1000000"));
    const said = await exchange(door.server.port, [declared, "[".repeat(100)], isWhole);
    expect(statusOf(said)).toBe(400);
    expect(said).toContain("nested deeper than 32 levels");
  });

  test("what is sent after a refusal is read slowly, so that it takes no time from others", async () => {
    const started = performance.now();
    const body = Buffer.alloc(4 * LIMIT, "x");
    const refused = head(lines("Content-Type: text/plain", `Content-Length: ${body.length}`));
    const next = head([...lines("Content-Type: application/json", "Content-Length: 2")]);
    await exchange(door.server.port, [refused, body, next, "{}"], (text) => text.includes("HTTP/1.1 200"));
    // 64 pieces of 64 kB at 10 ms each; read as fast as it comes it takes 10 ms in all.
    expect(performance.now() - started).toBeGreaterThan(400);
  });

  test("a sender without end is cut off, after its answer", async () => {
    const piece = Buffer.alloc(LIMIT, "x");
    const declared = head(lines("Content-Type: application/json", `Content-Length: ${1_000 * LIMIT}`));
    const said = await exchange(door.server.port, [declared, ...Array<Buffer>(20).fill(piece)]);
    expect(statusOf(said)).toBe(413);
  });

  test.each([
    ["too large", lines("Content-Type: application/json", `Content-Length: ${3 * LIMIT}`), 413],
    ["of a wrong type", lines("Content-Type: text/plain", "Content-Length: 2"), 415],
    [
      "of a stranger",
      ["POST /things HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Content-Length: 2"],
      401,
    ],
  ])("a client that asks first is not told to send a body %s", async (_name, request, status) => {
    const said = await exchange(door.server.port, [head([...request, "Expect: 100-continue"])]);
    expect(statusOf(said)).toBe(status);
    expect(said).not.toContain("100 Continue");
    expect(said.toLowerCase()).toContain("connection: close");
  });

  test("a client that asks first and may send, is told so", async () => {
    const asking = head(lines("Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue"));
    const said = await exchange(door.server.port, [asking, "{}"], (text) => text.includes('"body"'));
    expect(said).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test("a stranger's body is not read", async () => {
    const declared = head([
      "POST /things HTTP/1.1",
      "Host: localhost",
      "Content-Type: application/json",
      "Content-Length: 1000000",
    ]);
    const said = await exchange(door.server.port, [declared], isWhole);
    expect(statusOf(said)).toBe(401);
  });

  test("a client that goes away in the middle is counted as such, and nothing waits for it", async () => {
    const half = [
      head(lines("Content-Type: application/json", "Content-Length: 100", "Expect: 100-continue")),
      '{"a":',
    ];
    await exchange(door.server.port, half, (said) => said.includes("100 Continue"));
    await until(() => door.finished.at(-1)?.status === 499);
    expect(bodiesSeen).toBe(0);
  });
});
