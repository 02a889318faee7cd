import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const validator = join(root, "node_modules", "@seriousme", "openapi-schema-validator", "bin", "validate-api-cli.js");

test("openapi.yaml is a valid OpenAPI document", () => {
  // A process of its own: the validator is an ES module, which jest does not load.
  expect(() => execFileSync(process.execPath, [validator, join(root, "openapi.yaml")], { encoding: "utf8", stdio: "pipe" })).not.toThrow();
});
