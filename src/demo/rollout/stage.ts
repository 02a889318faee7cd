import type { Company } from "../company/company.ts";
import { callsBetween, isWrite, total } from "../cycle/account.ts";
import { concurrently, WIDTH } from "../cycle/concurrently.ts";
import type { Acknowledged } from "../cycle/cycle.ts";
import type { Memory } from "../cycle/memory.ts";
import { playCycle, stepsOf } from "../cycle/play-cycle.ts";
import { compare, inWords } from "../dingtalk/compare.ts";
import { expectedOf } from "../dingtalk/expected.ts";
import type { OrganisationState, Simulator } from "../dingtalk/simulator.ts";
import { DemoFailed } from "../failure.ts";
import type { DemoOptions } from "../play.ts";
import { readDirectory } from "../server/directory.ts";
import { patchUser } from "../server/requests.ts";
import type { ByHand } from "./by-hand.ts";
import type { Operator } from "./operator.ts";

/** The result of one step of the rollout. */
export interface RolloutStep {
  readonly name: string;
  /** Results in words. */
  readonly lines: readonly string[];
  /** Calls from the server to DingTalk. Edits by hand do not count. */
  readonly writes: number;
  readonly reads: number;
  readonly tookMs: number;
  /** Problems, in words. */
  readonly problems: readonly string[];
}

export interface Stage extends Operator {
  readonly options: DemoOptions;
  readonly simulator: Simulator;
  readonly company: ByHand;
  readonly memory: Memory;
  readonly acknowledged: Acknowledged[];
  readonly steps: RolloutStep[];
}

export type Outcome = Pick<RolloutStep, "lines" | "problems">;

/**
 * Plays a step and adds its result to `stage.steps`. `parts`: number of steps of progress that `work`
 * reports; with 0, the step is one.
 */
export async function step(
  stage: Stage,
  name: string,
  work: () => Promise<Outcome>,
  parts = 0,
): Promise<void> {
  const { clock, simulator, steps, options } = stage;
  const startedMs = clock.monotonicMs();
  const before = await simulator.calls();
  options.progress.begin(name, Math.max(1, parts));
  const outcome = await work();
  if (parts === 0) options.progress.step();
  options.progress.end();
  const made = callsBetween(before, await simulator.calls()) ?? new Map<string, number>();
  const writes = total(new Map([...made].filter(([path]) => isWrite(path))));
  steps.push({
    name,
    ...outcome,
    writes,
    reads: total(made) - writes,
    tookMs: clock.monotonicMs() - startedMs,
  });
}

const planOf = (wanted: Company) => ({ wanted, match: false, fresh: true, resend: false }) as const;

/** Number of steps of progress that `provision` reports. */
export const partsOf = ({ memory }: Stage, company: Company): number => stepsOf(planOf(company), { memory });

/** The source sends a state of the company to the server. */
export const provision = (stage: Stage, company: Company): Promise<void> =>
  playCycle({ ...stage, step: () => stage.options.progress.step() }, planOf(company));

/** Sets `active` of everybody, without a search before. */
export async function switchAll(
  { http, memory, acknowledged, options }: Stage,
  active: boolean,
): Promise<void> {
  await concurrently([...memory.users], WIDTH, async ([externalId, known], index) => {
    const request = patchUser(known.id, { active }, index % 2 === 0 ? "A" : "B");
    const { status, requestId } = await http.scim(request);
    if (status >= 400)
      throw new DemoFailed(
        `the answer to ${request.method} ${request.path} is ${status} (request ${requestId})`,
      );
    acknowledged.push({ requestId, method: request.method, path: request.path });
    memory.users.set(externalId, { ...known, attributes: { ...known.attributes, active } });
    options.progress.step();
  });
}

/**
 * People (as text, by id) and departments in DingTalk that are not in the directory. They must not change.
 */
export interface Unmanaged {
  readonly people: ReadonlyMap<string, string>;
  readonly departments: ReadonlySet<string>;
}

export function changedUnmanaged(
  unmanaged: Unmanaged,
  { entities, shown }: OrganisationState,
): readonly string[] {
  return [
    ...[...unmanaged.people]
      .filter(([id, as]) => entities.get(id) !== as)
      .map(([id]) => `the unmanaged ${id} was changed`),
    ...[...unmanaged.departments]
      .filter((path) => !shown.departments.has(path))
      .map((path) => `the unmanaged department ${path} was removed`),
  ];
}

/** Differences between directory and DingTalk without unmanaged people and departments, in words. */
export async function differences(
  { http }: Stage,
  unmanaged: Unmanaged,
  { shown }: OrganisationState,
): Promise<readonly string[]> {
  const ours = {
    people: new Map([...shown.people].filter(([id]) => !unmanaged.people.has(`user ${id}`))),
    departments: new Set([...shown.departments].filter((path) => !unmanaged.departments.has(path))),
  };
  return compare(expectedOf(await readDirectory(http)), ours).map(inWords);
}

export const unless = (right: boolean, problem: string): readonly string[] => (right ? [] : [problem]);
