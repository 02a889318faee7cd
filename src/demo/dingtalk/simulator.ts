import type { JsonObject } from "../../core/entity.ts";
import { DemoFailed } from "../failure.ts";
import { object, objects, text } from "../server/directory.ts";
import { type Expected, type ExpectedPerson, PATHS, plainPath } from "./expected.ts";

/**
 * The control interface of the sandbox DingTalk. All calls reject DemoFailed if the simulator does not answer
 * or refuses.
 */
export interface Simulator {
  state(): Promise<OrganisationState>;
  calls(): Promise<CallCounts>;
  /**
   * Makes a change as an administrator in DingTalk's console. `call` is the path of an API; returns `result`
   * of its answer.
   */
  edit(call: string, body: JsonObject): Promise<JsonObject>;
}

export interface OrganisationState {
  /** The state in the form of the expected one, for comparison. */
  readonly shown: Expected;
  /** Each person and department as one text, by kind and id. */
  readonly entities: ReadonlyMap<string, string>;
}

/** Number of calls by path of the API, since the start of the simulator. */
export type CallCounts = ReadonlyMap<string, number>;

const ROOT = 1;

export function createSimulatorView(url: string): Simulator {
  const ask = async (path: string, body?: JsonObject): Promise<JsonObject> => {
    const how = body ? { method: "POST", body: JSON.stringify(body) } : {};
    const answer = await fetch(`${url}${path}`, { ...how, signal: AbortSignal.timeout(30_000) }).catch(
      (cause: unknown) => {
        throw new DemoFailed(
          `the sandbox DingTalk at ${url} does not answer; the demo must run on the machine of the server`,
          { cause },
        );
      },
    );
    if (!answer.ok)
      throw new DemoFailed(`the sandbox DingTalk at ${url} answered ${answer.status} to ${path}`);
    return (await answer.json()) as JsonObject; // the control interface always answers JSON objects
  };
  return {
    state: async () => stateOf(await ask("/_sim/state")),
    async calls() {
      const { calls } = await ask("/_sim/calls");
      return new Map(Object.entries(object(calls)).map(([path, each]) => [path, Number(object(each).count)]));
    },
    async edit(call, body) {
      const answer = await ask("/_sim/edit", { call, body });
      if (Number(answer.errcode) !== 0)
        throw new DemoFailed(`the sandbox DingTalk refuses the edit ${call}: ${text(answer.errmsg)}`);
      return object(answer.result);
    },
  };
}

function stateOf(state: JsonObject): OrganisationState {
  const users = objects(state.users);
  const departments = objects(state.departments).filter(({ dept_id }) => Number(dept_id) !== ROOT);
  const byId = new Map(departments.map((department) => [Number(department.dept_id), department]));
  const pathOf = (id: number): string => {
    const names: string[] = [];
    for (let at = byId.get(id); at; at = byId.get(Number(at.parent_id))) names.unshift(text(at.name));
    return plainPath(names);
  };
  const paths = new Set<string>();
  for (const id of byId.keys()) {
    const path = pathOf(id);
    paths.add(paths.has(path) ? `${path} (${id})` : path);
  }
  return {
    shown: {
      people: new Map(users.map((user) => [text(user.userid), personOf(user, pathOf)])),
      departments: paths,
    },
    entities: new Map([
      ...users.map(
        (user) =>
          [
            `user ${text(user.userid)}`,
            JSON.stringify({ ...personOf(user, String), departments: user.dept_id_list }),
          ] as const,
      ),
      ...departments.map(
        ({ dept_id, name, parent_id }) =>
          [`department ${dept_id}`, JSON.stringify([name, parent_id])] as const,
      ),
    ]),
  };
}

/** Keys of `entities` that differ between two states. */
export function changedIds(before: OrganisationState, after: OrganisationState): readonly string[] {
  const ids = new Set([...before.entities.keys(), ...after.entities.keys()]);
  return [...ids].filter((id) => before.entities.get(id) !== after.entities.get(id));
}

/**
 * The smallest number of calls that lead from one state to the other: one for each person and each department
 * that differs.
 */
export const fewestCalls = (before: OrganisationState, after: OrganisationState): number =>
  changedIds(before, after).length;

function personOf(user: JsonObject, pathOf: (id: number) => string): ExpectedPerson {
  const optional = ["title", "job_number", "email", "telephone", "manager_userid"] as const;
  const ids = Array.isArray(user.dept_id_list) ? user.dept_id_list.map(Number) : [];
  const mobile = `${text(user.state_code)}${text(user.mobile)}`;
  return {
    name: text(user.name),
    ...Object.fromEntries(
      optional.filter((name) => text(user[name]) !== "").map((name) => [name, text(user[name])]),
    ),
    ...(mobile === "" ? {} : { mobile }),
    hide_mobile: String(user.hide_mobile),
    departments: ids.map(pathOf).sort().join(PATHS),
  };
}
