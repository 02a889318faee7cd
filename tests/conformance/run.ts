import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { createScimClient } from "./client.ts";

/*
 * `npm run conformance -- --base URL --token T [--only TEXT]`: the cases against any server. `--base` is the SCIM root, such as
 * http://127.0.0.1:8080/scim/v2. Makes people and groups of its own there and removes them. Ends with 0 when all passed, 1 when not, 2 for wrong usage.
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
  } = parseArgs({ options: { base: { type: "string" }, token: { type: "string" }, only: { type: "string" } } }).values;
  if (!base || !token) throw new TypeError("--base and --token are needed");
  const chosen = cases.filter(({ origin, name }) => `${origin} ${name}`.includes(only));
  const results: Result[] = [];
  for (const one of chosen) results.push(await attempt(one, { base: base.replace(/\/+$/, ""), token }));
  process.stdout.write(report(results));
  return results.some(({ problem }) => problem !== undefined) ? 1 : 0;
}

async function attempt(one: Case, server: { readonly base: string; readonly token: string }): Promise<Result> {
  const scim = createScimClient(server);
  try {
    await one.run(scim);
    return { one };
  } catch (error) {
    return { one, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    // A server that is gone has said so in the case already.
    await scim.clean().catch(() => undefined);
  }
}

const MAX_PROBLEM = 300;

function report(results: readonly Result[]): string {
  const table = new Table({ head: ["asked for by", "what", ""], colWidths: [30, 90, 8], wordWrap: true, style: { head: [], border: [] } });
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
