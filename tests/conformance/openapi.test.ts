import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { scimMount } from "../../src/scim/router.ts";
import { type ScimApp, startScimApp } from "../support/scim-app.ts";
import { createScimClient } from "./client.ts";
import { readContract } from "./contract.ts";

const contract = readContract();
let app: ScimApp;

beforeAll(async () => {
  app = await startScimApp();
});

afterAll(() => app.close());

test("openapi.yaml is a valid OpenAPI document", () => {
  const root = join(__dirname, "..", "..");
  const validator = join(root, "node_modules", "@seriousme", "openapi-schema-validator", "bin", "validate-api-cli.js");
  // A process of its own: the validator is an ES module, which jest does not load.
  expect(() => execFileSync(process.execPath, [validator, join(root, "openapi.yaml")], { encoding: "utf8", stdio: "pipe" })).not.toThrow();
});

const paths = [...new Set(contract.operations.map(({ path }) => path))];

test.each(paths)("%s takes the methods that are documented, and no others", async (path) => {
  const scim = createScimClient(app);
  const documented = contract.operations.filter((operation) => operation.path === path).map(({ method }) => method);
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const { status } = await scim.send(method, path.replace("{id}", "2819c223-7f76-453a-919d-413861904646"));
    // /Me answers every method that nobody stands behind it.
    if (!documented.includes(method)) expect([method, status]).toEqual([method, path === "/Me" ? 501 : 405]);
    else expect([method, status]).not.toEqual([method, 405]);
  }
});

interface Layer {
  readonly route?: { readonly path: string };
  readonly handle: { readonly stack?: readonly Layer[] };
  readonly rawPath: string;
}

/** Paths of a router and of those mounted in it. */
function routesOf(stack: readonly Layer[], prefix: string): readonly string[] {
  return stack.flatMap(({ route, handle, rawPath }) => {
    if (route) return [`${prefix}${route.path === "/" && prefix !== "" ? "" : route.path}`];
    return routesOf(handle.stack ?? [], prefix + rawPath.replace(/\/$/, ""));
  });
}

test("every route there is is documented, and every documented path has a route", () => {
  const nobody = {} as Parameters<typeof scimMount>[0]["users"] & Parameters<typeof scimMount>[0]["groups"];
  const { handler } = scimMount({
    users: nobody,
    groups: nobody,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    publicUrl: "https://scim.example",
  });
  const routes = routesOf((handler as unknown as { stack: readonly Layer[] }).stack, "").map((path) => path.replace(":id", "{id}"));
  expect([...new Set(routes)].sort()).toEqual([...paths].sort());
});
