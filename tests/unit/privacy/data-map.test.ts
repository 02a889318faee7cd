import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS } from "../../../src/settings/rules.ts";
import { withDataMap } from "../../support/data-map.ts";

const path = join(__dirname, "../../../docs/privacy.md");

test("the data map of docs/privacy.md is that of the code; GOLDEN=write accepts what has changed", () => {
  const page = readFileSync(path, "utf8");
  const made = withDataMap(page, SETTINGS);
  if (process.env["GOLDEN"] === "write") writeFileSync(path, made);
  else expect(page).toBe(made);
});
