import type { OrganisationState } from "../dingtalk/simulator.ts";
import { untilSettled } from "../server/holds.ts";
import { stuck, untilQuiet } from "../server/status.ts";
import { holdsIn, type OpenHold } from "./operator.ts";
import {
  changedUnmanaged,
  differences,
  type Stage,
  step,
  switchAll,
  type Unmanaged,
  unless,
} from "./stage.ts";

/*
 * A wrong filter at the source deactivates everybody. A limit holds the removals, and then the source
 * activates everybody again.
 */

/** Returns name and userid of the people who were removed from DingTalk before the limit was reached. */
export async function mistake(stage: Stage, unmanaged: Unmanaged): Promise<readonly string[]> {
  const { http, simulator, company, options } = stage;
  const waiting = { ...options, look: (open: number) => options.progress.open(open) };
  const before = await simulator.state();
  let [held, gone]: [readonly OpenHold[], readonly string[]] = [[], []];

  await step(
    stage,
    "mistake",
    async () => {
      await switchAll(stage, false);
      await untilQuiet(http, waiting, true);
      const after = await simulator.state();
      held = await holdsIn(http, "open");
      gone = leftBetween(before, after);
      const count = held.reduce((sum, each) => sum + each.count, 0);
      const all = company.wanted.people.length;
      const most = Math.max(
        0,
        ...held.filter(({ limit }) => limit === "peopleRemoved").map(({ allowed }) => allowed),
      );
      return {
        lines: [
          `${all} deactivated: ${gone.length} removed from DingTalk`,
          ...held.map((each) => `the limit ${each.limit} (${each.allowed}) holds ${each.count}`),
        ],
        problems: [
          ...unless(
            gone.length + count === all,
            `${all} were deactivated, but ${gone.length} were removed and ${count} are held`,
          ),
          ...unless(gone.length <= most, `${gone.length} were removed, but the limit is ${most}`),
          ...changedUnmanaged(unmanaged, after),
        ],
      };
    },
    company.wanted.people.length,
  );
  await step(
    stage,
    "taken back",
    async () => {
      await switchAll(stage, true);
      const { approved } = await untilSettled(http, waiting);
      const after = await simulator.state();
      const dissolved = new Set((await holdsIn(http, "dissolved")).map(({ id }) => id));
      const left = held.filter(({ id }) => !dissolved.has(id));
      return {
        lines: [
          `${held.length - left.length} of ${held.length} holds dissolved automatically; removed people were added again`,
        ],
        problems: [
          ...left.map(({ limit }) => `the hold of ${limit} was not dissolved`),
          ...approved.map(
            ({ limit, count }) => `the limit ${limit} held ${count} changes of people who were added again`,
          ),
          ...(await differences(stage, unmanaged, after)),
          ...changedUnmanaged(unmanaged, after),
          ...(await stuck(http)),
        ],
      };
    },
    company.wanted.people.length,
  );
  return gone;
}

const leftBetween = (before: OrganisationState, after: OrganisationState): readonly string[] =>
  [...before.shown.people]
    .filter(([userid]) => !after.shown.people.has(userid))
    .map(([userid, { name }]) => `${name} (${userid})`);
