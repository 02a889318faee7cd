import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compilePolicy } from "../../src/policy/compile.ts";

export const RAISED_POLICY_FILE = join(__dirname, "..", "fixtures", "policies", "raised.yaml");

/** Limits that no test reaches, for tests that are about something else. */
export const raisedPolicy = compilePolicy(readFileSync(RAISED_POLICY_FILE, "utf8"));
