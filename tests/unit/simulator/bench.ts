import type { z } from "zod";
import { consoleActs } from "../../../src/simulator/control/console.ts";
import { routes } from "../../../src/simulator/gateway/routes.ts";
import type { Organisation } from "../../../src/simulator/organisation/model.ts";
import { createOrganisation } from "../../../src/simulator/organisation/new-organisation.ts";
import { commit, type Outcome, perform } from "../../../src/simulator/organisation/organisation.ts";
import { switchesSchema } from "../../../src/simulator/organisation/switches.ts";

export const NOW = Date.parse("2026-08-22T04:00:00Z");

/** An organisation to call without HTTP. Every call is carried out, and its changes are applied. */
export interface Bench {
  readonly organisation: Organisation;
  /** Makes a call as the app. Returns its outcome. */
  call(path: string, fields?: Readonly<Record<string, unknown>>): Outcome;
  /** The same as an administrator or the person. */
  edit(call: string, fields?: Readonly<Record<string, unknown>>): Outcome;
  /** The fields of the answer, without the envelope. Fails the test if the call is refused. */
  answer(path: string, fields?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** `result` of the answer. */
  result<T = Record<string, unknown>>(path: string, fields?: Readonly<Record<string, unknown>>): T;
  /** The code of a refusal: errcode of the old API, code of the new one. Undefined if the call succeeds. */
  code(path: string, fields?: Readonly<Record<string, unknown>>): number | string | undefined;
}

export function createBench(switches: z.input<typeof switchesSchema> = {}): Bench {
  const organisation = createOrganisation({
    corpId: "dingsandbox",
    seed: "test",
    switches: switchesSchema.parse(switches),
  });
  const run = (
    call: string,
    fields: Readonly<Record<string, unknown>>,
    by: "app" | "administrator",
  ): Outcome => {
    const rule = routes.get(call)?.rule ?? consoleActs.get(call);
    if (!rule) throw new Error(`there is no call ${call}`);
    const outcome = perform(organisation, rule, fields, { nowMs: NOW, by });
    commit(organisation, outcome);
    return outcome;
  };
  const bench: Bench = {
    organisation,
    call: (path, fields = {}) => run(path, fields, "app"),
    edit: (call, fields = {}) => run(call, fields, "administrator"),
    answer(path, fields) {
      const outcome = bench.call(path, fields);
      if (outcome.kind === "refused")
        throw new Error(`${path} was refused: ${JSON.stringify(outcome.refusal)}`);
      return { ...outcome.answer };
    },
    result: <T>(path: string, fields?: Readonly<Record<string, unknown>>) =>
      bench.answer(path, fields).result as T,
    code(path, fields) {
      const outcome = bench.call(path, fields);
      if (outcome.kind === "done") return undefined;
      return outcome.refusal.generation === "old" ? outcome.refusal.errcode : outcome.refusal.code;
    },
  };
  return bench;
}

export const DEPARTMENT = "/topapi/v2/department";
export const USER = "/topapi/v2/user";

/** Creates a department and returns its id. */
export const addDepartment = (
  bench: Bench,
  name: string,
  parent_id = 1,
  more: Readonly<Record<string, unknown>> = {},
): number => bench.result<{ dept_id: number }>(`${DEPARTMENT}/create`, { name, parent_id, ...more }).dept_id;

let numbers = 0;
/** Creates a person with a unique number and returns the userid. */
export function addUser(bench: Bench, userid: string, more: Readonly<Record<string, unknown>> = {}): string {
  numbers += 1;
  const mobile = `+852-6${String(numbers).padStart(7, "0")}`;
  bench.result(`${USER}/create`, { userid, name: userid, mobile, dept_id_list: "1", ...more });
  return userid;
}
