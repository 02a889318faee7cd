import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compilePolicy } from "../../src/policy/compile.ts";

export const RAISED_POLICY_FILE = join(__dirname, "..", "fixtures", "policies", "raised.yaml");

/** A policy with limits that no test reaches, for tests of other things. */
export const raisedPolicy = compilePolicy(readFileSync(RAISED_POLICY_FILE, "utf8"));
