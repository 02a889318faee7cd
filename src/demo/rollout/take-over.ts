import { expectedOf } from "../dingtalk/expected.ts";
import { changedIds, type OrganisationState } from "../dingtalk/simulator.ts";
import { object, readDirectory } from "../server/directory.ts";
import { untilSettled } from "../server/holds.ts";
import { stuck, untilQuiet } from "../server/status.ts";
import { adopt, wrongLinks } from "./adopt.ts";
import { dirtText } from "./by-hand.ts";
import { enter } from "./enter.ts";
import { assessed, compared, orderMode, planFor } from "./operator.ts";
import {
  changedUnmanaged,
  differences,
  partsOf,
  provision,
  type Stage,
  step,
  type Unmanaged,
  unless,
} from "./stage.ts";

/*
 * The steps from an organisation maintained by hand to one that follows the directory: assess, adopt,
 * correct, plan, upsert, sync.
 */

export async function takeOver(stage: Stage): Promise<Unmanaged> {
  const { http, simulator, company, options } = stage;
  const quiet = () => untilQuiet(http, { ...options, look: (open) => options.progress.open(open) }, true);
  let found: OrganisationState = await simulator.state();
  const untouched = async (): Promise<readonly string[]> =>
    changedIds(found, await simulator.state()).map((id) => `${id} was changed although the mode is observe`);

  await orderMode(stage, "observe");
  await step(stage, "by hand", async () => {
    await enter(simulator, company, () => options.progress.step());
    found = await simulator.state();
    return {
      lines: [
        `${company.accounts.length} accounts in ${company.departments.length} departments`,
        dirtText(company.dirt),
      ],
      problems: [],
    };
  });
  await step(
    stage,
    "directory",
    async () => {
      await provision(stage, company.initial);
      await quiet();
      const { people, teams } = company.initial;
      return {
        lines: [`${people.length} people and ${teams.length} groups by SCIM; the mode is observe`],
        problems: await untouched(),
      };
    },
    partsOf(stage, company.initial),
  );
  const unmanaged = await unmanagedIn(stage, found);

  await step(stage, "assess", () => assess(stage, untouched));
  await step(stage, "adopt", async () => {
    const lines = await adopt(stage);
    await quiet();
    return { lines, problems: [...(await wrongLinks(stage)), ...(await untouched())] };
  });
  await step(
    stage,
    "correct",
    async () => {
      await provision(stage, company.wanted);
      await quiet();
      return {
        lines: [`the source corrects ${company.dirt.landline ?? 0} mobile numbers`],
        problems: await untouched(),
      };
    },
    partsOf(stage, company.wanted),
  );

  let planned: ReadonlySet<string> = new Set();
  await step(stage, "plan", async () => {
    const { summary, touched } = await planFor(http, "upsert");
    planned = touched;
    const { create, update, remove, held } = summary;
    return {
      lines: [`create ${create}, update ${update}, remove ${remove}, held ${held}; ${summary.calls} calls`],
      problems: [...unless(remove === 0, `the plan would remove ${remove}`), ...(await untouched())],
    };
  });
  await step(stage, "upsert", () => upsert(stage, { found, planned, unmanaged }));
  await step(stage, "sync", () => sync(stage, unmanaged));
  return unmanaged;
}

async function assess(stage: Stage, untouched: () => Promise<readonly string[]>) {
  const { figures, people, findings } = await assessed(stage);
  const { matchable, complete } = object(figures);
  const share = (figure: typeof matchable): string => `${object(figure).count}/${object(figure).of}`;
  return {
    lines: [
      `matchable ${share(matchable)}, complete ${share(complete)}`,
      `ambiguous ${object(object(people).ambiguous).count}, only in DingTalk ${object(object(people).onlyThere).count}, findings ${findings}`,
    ],
    problems: await untouched(),
  };
}

interface BeforeUpsert {
  readonly found: OrganisationState;
  /** Ids of the entities that the plan would change. */
  readonly planned: ReadonlySet<string>;
  readonly unmanaged: Unmanaged;
}

async function upsert(stage: Stage, { found, planned, unmanaged }: BeforeUpsert) {
  await orderMode(stage, "upsert");
  const { approved } = await settled(stage);
  const after = await stage.simulator.state();
  const changed = changedIds(found, after);
  return {
    lines: [`${changed.length} people and departments changed, ${planned.size} were planned`],
    problems: [
      // The take-over removes nobody and no value, so no limit may hold a change.
      ...approved.map(({ limit, count }) => `the limit ${limit} held ${count}`),
      ...unless(
        changed.length === planned.size,
        `${planned.size} were planned and ${changed.length} changed`,
      ),
      ...changedUnmanaged(unmanaged, after),
    ],
  };
}

async function sync(stage: Stage, unmanaged: Unmanaged) {
  await orderMode(stage, "sync");
  const { differing } = await compared(stage);
  const { approved } = await settled(stage);
  const after = await stage.simulator.state();
  return {
    lines: [
      `the comparison found ${differing} differences: the run that links an account does not change its identifying attributes`,
      ...approved.map(({ limit, count }) => `the limit ${limit} held ${count}; approved`),
    ],
    problems: [
      ...(await differences(stage, unmanaged, after)),
      ...changedUnmanaged(unmanaged, after),
      ...(await stuck(stage.http)),
    ],
  };
}

const settled = ({ http, options }: Stage) =>
  untilSettled(http, { ...options, look: (open) => options.progress.open(open) });

/** People and departments in DingTalk that are not in the directory. */
async function unmanagedIn({ http, company }: Stage, found: OrganisationState): Promise<Unmanaged> {
  const directory = await readDirectory(http);
  const known = new Set([
    ...directory.remoteIds.values(),
    ...company.accounts.flatMap(({ userid, whose }) => (whose === undefined ? [] : [userid])),
  ]);
  const wanted = expectedOf(directory).departments;
  return {
    people: new Map(
      [...found.entities].filter(([id]) => id.startsWith("user ") && !known.has(id.slice("user ".length))),
    ),
    departments: new Set([...found.shown.departments].filter((path) => !wanted.has(path))),
  };
}
