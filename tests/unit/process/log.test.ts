import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AxiosError, AxiosHeaders } from "axios";
import { Unavailable } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secrets/secret.ts";
import { createLogger, LOGGED_FIELDS } from "../../../src/process/log.ts";

const CANARY = "canary-b5f1";

function capture() {
  const chunks: string[] = [];
  return { chunks, destination: { write: (chunk: string) => void chunks.push(chunk) } };
}

function logged(
  fields: Record<string, unknown>,
  level: "info" | "warn" = "info",
): { text: string; line: Record<string, unknown> } {
  const { chunks, destination } = capture();
  createLogger({ level: "debug", destination })[level](fields, "message");
  const text = chunks.join("");
  return { text, line: JSON.parse(text) };
}

test("a line is JSON with time, level, message and fields", () => {
  expect(logged({ requestId: "r1", status: 200, ms: 1.5 }, "warn").line).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    requestId: "r1",
    status: 200,
    ms: 1.5,
    msg: "message",
  });
});

test("lines below the level are not written", () => {
  const { chunks, destination } = capture();
  createLogger({ level: "warn", destination }).info({}, "message");
  expect(chunks).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ["a field that is not on the list", { userName: CANARY }],
  ["an object in a field that is", { reason: { userName: CANARY } }],
  ["an object in a list", { problems: [{ userName: CANARY }] }],
  ["a secret", { code: new Secret(CANARY) }],
  ["a query string", { path: `/topapi/v2/user/get?access_token=${CANARY}` }],
  ["the password of an address", { url: `postgresql://scim:${CANARY}@db:5432/scim` }],
  ["a person's name", { name: CANARY }],
  [
    "the message of somebody else's error",
    { error: new Error(`Key (user_name)=(${CANARY}) already exists`) },
  ],
  [
    "extra properties of an error",
    { error: Object.assign(new Error("x"), { detail: CANARY, config: { headers: CANARY } }) },
  ],
  ["a cause", { error: new Unavailable("the database does not answer", { cause: new Error(CANARY) }) }],
  ["a message of several lines", { error: new Error(`x\nat ${CANARY} (file.ts:1:1)`) }],
  ["node's error about an argument", { error: failureOf(() => new URL(CANARY)) }],
  ["a parse error", { error: failureOf(() => JSON.parse(CANARY)) }],
  [
    "an address in a message of ours",
    { error: new Unavailable(`https://oapi.example/get?access_token=${CANARY} does not answer`) },
  ],
  ["what is thrown and is no error", { error: CANARY }],
  ["pino's own name of an error", { err: new Error(CANARY) }],
  [
    "a request of an HTTP client",
    {
      error: new AxiosError(
        `GET ${CANARY}`,
        "ECONNREFUSED",
        { url: `https://x/?access_token=${CANARY}`, headers: new AxiosHeaders({ a: CANARY }) },
        CANARY,
      ),
    },
  ],
])("%s does not get out", (_name, fields) => expect(logged(fields).text).not.toContain(CANARY));

function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test("dropped fields are counted, so that the omission is seen", () => {
  expect(logged({ userName: "x", mail: "y", status: 1 }).line).toMatchObject({ status: 1, droppedFields: 2 });
});

test("an error of ours shows its message, others their name, code and place", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED 10.0.0.1"), { code: "ECONNREFUSED" });
  expect(logged({ error: new Unavailable("the database does not answer", { cause }) }).line.error).toEqual({
    name: "Unavailable",
    code: "UNAVAILABLE",
    message: "the database does not answer",
    cause: {
      name: "Error",
      code: "ECONNREFUSED",
      stack: expect.arrayContaining([expect.stringContaining("log.test.ts")]),
    },
  });
});

test("a mistake in our code is told in the engine's words", () => {
  const nothing = undefined as unknown as { name: string };
  expect(logged({ error: failureOf(() => nothing.name) }).line.error).toMatchObject({
    name: "TypeError",
    message: "Cannot read properties of undefined (reading 'name')",
  });
});

test("an error that is its own cause ends", () => {
  const error = new Error("x");
  error.cause = error;
  expect(logged({ error }).line.error).toMatchObject({ name: "Error" });
});

test("every field that the source logs by name is on the list", () => {
  const root = join(__dirname, "../../../src");
  const unknown: string[] = [];
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.startsWith("generated")) continue;
    const calls = readFileSync(join(root, file), "utf8").matchAll(
      /\blog(?:ger)?\.(?:debug|info|warn|error)\(\s*\{([^{}]*)\}/g,
    );
    for (const [, fields = ""] of calls) {
      const names = [...fields.matchAll(/(?:^|,)\s*(\w+)\s*(?=[:,]|$)/g)].map(([, name]) => name!);
      unknown.push(
        ...names
          .filter((name) => name !== "error" && !LOGGED_FIELDS.has(name))
          .map((name) => `${file}: ${name}`),
      );
    }
  }
  expect(unknown).toEqual([]);
});
