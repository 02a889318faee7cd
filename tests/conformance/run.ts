import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { createScimClient } from "./client.ts";

/*
 * `npm run conformance -- --base URL --token T [--only TEXT]` runs the cases against any server. `--base` is
 * the SCIM root, such as http://127.0.0.1:8080/scim/v2. It creates people and groups there, and removes them.
 * Exit codes: 0 all passed, 1 a case failed, 2 wrong usage.
 */

const USAGE = "usage: npm run conformance -- --base URL --token TOKEN [--only TEXT]";

interface Result {
  readonly one: Case;
  readonly problem?: string;
}

async function main(): Promise<number> {
  const {
    base,
    token,
    only = "",
  } = parseArgs({
    options: { base: { type: "string" }, token: { type: "string" }, only: { type: "string" } },
  }).values;
  if (!base || !token) throw new TypeError("--base and --token are required");
  const chosen = cases.filter(({ origin, name }) => `${origin} ${name}`.includes(only));
  const results: Result[] = [];
  for (const one of chosen) results.push(await attempt(one, { base: base.replace(/\/+$/, ""), token }));
  process.stdout.write(report(results));
  return results.some(({ problem }) => problem !== undefined) ? 1 : 0;
}

async function attempt(
  one: Case,
  server: { readonly base: string; readonly token: string },
): Promise<Result> {
  const scim = createScimClient(server);
  try {
    await one.run(scim);
    return { one };
  } catch (error) {
    return { one, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    // If the server does not answer, the case has failed already.
    await scim.clean().catch(() => undefined);
  }
}

const MAX_PROBLEM = 300;

function report(results: readonly Result[]): string {
  const table = new Table({
    head: ["origin", "case", "result"],
    colWidths: [30, 90, 8],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { one, problem } of results) {
    table.push([
      one.origin,
      problem === undefined ? one.name : `${one.name}\n  ${problem.slice(0, MAX_PROBLEM)}`,
      problem === undefined ? "passed" : "FAILED",
    ]);
  }
  const failed = results.filter(({ problem }) => problem !== undefined).length;
  return `${table}\n${results.length - failed} passed, ${failed} failed\n`;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exitCode = 2;
  },
);
