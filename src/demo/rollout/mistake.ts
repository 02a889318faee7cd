import type { OrganisationState } from "../dingtalk/simulator.ts";
import { untilSettled } from "../server/holds.ts";
import { stuck, untilQuiet } from "../server/status.ts";
import { holdsIn, type OpenHold } from "./operator.ts";
import { differences, type Stage, type Strangers, step, switchAll, touched, unless } from "./stage.ts";

/* A wrong filter at the source: everybody is deactivated. The limit holds it, and the source takes it back. */

/** Answers the names of those who left before the limit held. */
export async function mistake(stage: Stage, strangers: Strangers): Promise<readonly string[]> {
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
      const most = Math.max(0, ...held.filter(({ limit }) => limit === "peopleRemoved").map(({ allowed }) => allowed));
      return {
        told: [
          `${all} deactivated: ${gone.length} left`,
          ...held.map((each) => `the limit ${each.limit} of ${each.allowed} holds ${each.count}`),
        ],
        problems: [
          ...unless(gone.length + count === all, `${all} were deactivated, ${gone.length} left and ${count} are held`),
          ...unless(gone.length <= most, `${gone.length} left, the limit is ${most}`),
          ...touched(strangers, after),
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
        told: [`${held.length - left.length} of ${held.length} holds dissolved by themselves; who had left is there again`],
        problems: [
          ...left.map(({ limit }) => `the hold of ${limit} was not dissolved`),
          ...approved.map(({ limit, count }) => `the limit ${limit} held ${count} who only came back`),
          ...(await differences(stage, strangers, after)),
          ...touched(strangers, after),
          ...(await stuck(http)),
        ],
      };
    },
    company.wanted.people.length,
  );
  return gone;
}

const leftBetween = (before: OrganisationState, after: OrganisationState): readonly string[] =>
  [...before.shown.people].filter(([userid]) => !after.shown.people.has(userid)).map(([userid, { name }]) => `${name} (${userid})`);
