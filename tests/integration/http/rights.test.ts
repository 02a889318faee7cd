import { systemClock } from "../../../src/core/clock.ts";
import { ROLES } from "../../../src/http/auth/roles.ts";
import { SCOPES } from "../../../src/http/auth/scopes.ts";
import { hashSecret } from "../../../src/http/auth/tokens.ts";
import { makeSecret } from "../../../src/http/session/cookie.ts";
import { createPrisma } from "../../../src/store/access/prisma.ts";
import { createSessionStore } from "../../../src/store/access/sessions.ts";
import { type Operation, readContract } from "../../conformance/contract.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* Every operation of openapi.yaml with every scope and every role: whoever may is let in, and nobody else. */

type Headers = Readonly<Record<string, string>>;
type Caller = (product: Product) => Promise<Headers>;

const NOBODY = "2819c223-7f76-453a-919d-413861904646";
const { operations } = readContract("");
let product: Product;
let store: ReturnType<typeof createSessionStore>;

beforeAll(async () => {
  // Else whoever asks from this machine may see the figures.
  product = await openProduct({ settings: { METRICS_OPEN_ON_LOOPBACK: "false" } });
  store = createSessionStore(createPrisma(product.pool), systemClock);
});
afterAll(() => product.close());

async function sessionHeaders(cookies: readonly string[]): Promise<Headers> {
  const cookie = cookies[0]?.split(";")[0] ?? "";
  const { body } = await product.send("GET", "/auth/session", { token: "", headers: { cookie } });
  return {
    cookie,
    origin: "http://127.0.0.1:8080",
    "sec-fetch-site": "same-origin",
    "x-csrf-token": body.csrf,
  };
}

const bearing =
  (scope: (typeof SCOPES)[number]): Caller =>
  async () => ({ authorization: `Bearer ${await product.token([scope])}` });

const signedInWith =
  (scope: (typeof SCOPES)[number]): Caller =>
  async () => {
    const opened = await product.send("POST", "/auth/session", {
      token: "",
      body: { token: await product.token([scope]) },
    });
    return sessionHeaders(opened.headers.getSetCookie());
  };

const signedInAs =
  (role: (typeof ROLES)[number]): Caller =>
  async () => {
    const code = makeSecret();
    await store.addLink({ secretHash: hashSecret(code), role, reason: "a test", madeBy: "root" });
    const answer = await fetch(`${product.base}/auth/link/${code}`, { redirect: "manual" });
    return sessionHeaders(answer.headers.getSetCookie());
  };

/**
 * `refused` for 401 and 403. What an allowed request is answered else does not matter here: it names nobody
 * and says nothing.
 */
async function verdict({ method, path }: Operation, headers: Headers): Promise<string> {
  const address = path.replace("{kind}", "user").replaceAll(/\{\w+\}/g, NOBODY);
  const answer = await fetch(product.base + address, {
    method,
    redirect: "manual",
    headers: {
      ...headers,
      ...(method === "GET" || method === "DELETE" ? {} : { "content-type": "application/json" }),
    },
    ...(method === "GET" || method === "DELETE" ? {} : { body: "{}" }),
  });
  await answer.text();
  return answer.status === 401 || answer.status === 403 ? "refused" : "let in";
}

const guarded = operations.filter(({ holders }) => holders !== undefined);

describe.each<[string, Caller, (operation: Operation) => boolean]>([
  ["nobody", async () => ({}), () => false],
  ...SCOPES.map((scope): [string, Caller, (operation: Operation) => boolean] => [
    `a token with ${scope}`,
    bearing(scope),
    ({ holders }) => holders!.bearer && holders!.scopes.includes(scope),
  ]),
  ...SCOPES.map((scope): [string, Caller, (operation: Operation) => boolean] => [
    `somebody signed in by a token with ${scope}`,
    signedInWith(scope),
    ({ holders }) => holders!.scopes.includes(scope),
  ]),
  ...ROLES.map((role): [string, Caller, (operation: Operation) => boolean] => [
    `somebody with the role ${role}`,
    signedInAs(role),
    ({ holders }) => holders!.roles.includes(role),
  ]),
])("%s", (_name, caller, mayCall) => {
  test("may call what the contract says, and nothing else", async () => {
    let headers = await caller(product);
    const wrong: string[] = [];
    for (const operation of guarded) {
      const [said, expected] = [await verdict(operation, headers), mayCall(operation) ? "let in" : "refused"];
      if (said !== expected) wrong.push(`${operation.method} ${operation.path} is ${said}`);
      // Whoever has signed out comes again.
      if (operation.path === "/auth/session" && operation.method === "DELETE")
        headers = await caller(product);
    }
    expect(wrong).toEqual([]);
    expect(guarded.length).toBeGreaterThan(50);
  });
});
