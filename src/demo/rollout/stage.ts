import type { Company } from "../company/company.ts";
import { callsBetween, isWrite, total } from "../cycle/account.ts";
import { concurrently, WIDTH } from "../cycle/concurrently.ts";
import type { Memory } from "../cycle/memory.ts";
import { type Acknowledged, playCycle, stepsOf } from "../cycle/play-cycle.ts";
import { compare, inWords } from "../dingtalk/compare.ts";
import { expectedOf } from "../dingtalk/expected.ts";
import type { OrganisationState, Simulator } from "../dingtalk/simulator.ts";
import { DemoFailed } from "../failure.ts";
import type { DemoOptions } from "../play.ts";
import { readDirectory } from "../server/directory.ts";
import { patchUser } from "../server/requests.ts";
import type { ByHand } from "./by-hand.ts";
import type { Operator } from "./operator.ts";

/** One step of the rollout, as it went. */
export interface RolloutStep {
  readonly name: string;
  /** What came of it, in words. */
  readonly told: readonly string[];
  /** Calls that DingTalk got from the server; what was done by hand is none. */
  readonly writes: number;
  readonly reads: number;
  readonly tookMs: number;
  /** What is not as it has to be. */
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

export type Outcome = Pick<RolloutStep, "told" | "problems">;

/** Plays a step and notes how it went. `parts`: how many steps its work reports itself. */
export async function step(stage: Stage, name: string, work: () => Promise<Outcome>, parts = 0): Promise<void> {
  const { clock, simulator, steps, options } = stage;
  const startedMs = clock.monotonicMs();
  const before = await simulator.calls();
  options.progress.begin(name, Math.max(1, parts));
  const outcome = await work();
  if (parts === 0) options.progress.step();
  options.progress.end();
  const made = callsBetween(before, await simulator.calls()) ?? new Map<string, number>();
  const writes = total(new Map([...made].filter(([path]) => isWrite(path))));
  steps.push({ name, ...outcome, writes, reads: total(made) - writes, tookMs: clock.monotonicMs() - startedMs });
}

const planOf = (wanted: Company) => ({ wanted, match: false, fresh: true, resend: false }) as const;

/** How many steps `tell` reports. */
export const partsOf = ({ memory }: Stage, company: Company): number => stepsOf(planOf(company), { memory });

/** The directory tells the server a state of the company. */
export const tell = (stage: Stage, company: Company): Promise<void> =>
  playCycle({ ...stage, step: () => stage.options.progress.step() }, planOf(company));

/** One attribute of everybody, without looking first. */
export async function switchAll({ http, memory, acknowledged, options }: Stage, active: boolean): Promise<void> {
  await concurrently([...memory.users], WIDTH, async ([externalId, known], index) => {
    const request = patchUser(known.id, { active }, index % 2 === 0 ? "A" : "B");
    const { status, requestId } = await http.scim(request);
    if (status >= 400) throw new DemoFailed(`${request.method} ${request.path} was answered ${status} (request ${requestId})`);
    acknowledged.push({ requestId, method: request.method, path: request.path });
    memory.users.set(externalId, { ...known, attributes: { ...known.attributes, active } });
    options.progress.step();
  });
}

/** What has to stay as it is: people and departments at DingTalk that nobody of the directory is. */
export interface Strangers {
  readonly people: ReadonlyMap<string, string>;
  readonly departments: ReadonlySet<string>;
}

export function touched(strangers: Strangers, { entities, shown }: OrganisationState): readonly string[] {
  return [
    ...[...strangers.people].filter(([id, as]) => entities.get(id) !== as).map(([id]) => `a stranger was touched: ${id}`),
    ...[...strangers.departments]
      .filter((path) => !shown.departments.has(path))
      .map((path) => `the department ${path} of strangers is gone`),
  ];
}

/** Every field of everybody in the directory against DingTalk, strangers left out. */
export async function differences({ http }: Stage, strangers: Strangers, { shown }: OrganisationState): Promise<readonly string[]> {
  const ours = {
    people: new Map([...shown.people].filter(([id]) => !strangers.people.has(`user ${id}`))),
    departments: new Set([...shown.departments].filter((path) => !strangers.departments.has(path))),
  };
  return compare(expectedOf(await readDirectory(http)), ours).map(inWords);
}

export const unless = (right: boolean, problem: string): readonly string[] => (right ? [] : [problem]);
