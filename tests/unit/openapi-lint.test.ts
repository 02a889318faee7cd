import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readContract } from "../conformance/contract.ts";

const root = join(__dirname, "..", "..");
const validator = join(
  root,
  "node_modules",
  "@seriousme",
  "openapi-schema-validator",
  "bin",
  "validate-api-cli.js",
);

test("every operation that asks who calls states its scopes and roles", () => {
  const silent = readContract("").operations.filter(
    ({ holders }) => holders && !(holders.scopes.length > 0 && holders.areStated),
  );
  // x-scopes: any of these is enough; x-roles: any of these, for somebody signed in by name.
  // tests/integration/http/rights.test.ts tries them all.
  expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test("openapi.yaml is a valid OpenAPI document", () => {
  // A process of its own: the validator is an ES module, which jest does not load.
  expect(() =>
    execFileSync(process.execPath, [validator, join(root, "openapi.yaml")], {
      encoding: "utf8",
      stdio: "pipe",
    }),
  ).not.toThrow();
});
