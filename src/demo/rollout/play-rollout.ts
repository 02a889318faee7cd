import type { CompanySize } from "../company/company.ts";
import { account, callsBetween } from "../cycle/account.ts";
import { remember } from "../cycle/memory.ts";
import type { Simulator } from "../dingtalk/simulator.ts";
import { DemoFailed } from "../failure.ts";
import { type DemoOptions, openSandbox } from "../play.ts";
import { readDirectory, text } from "../server/directory.ts";
import { createHttp, type Http } from "../server/http.ts";
import { eventsSince, lastEvent, readStatus, untilQuiet } from "../server/status.ts";
import { byHand } from "./by-hand.ts";
import { mistake } from "./mistake.ts";
import { orderMode } from "./operator.ts";
import type { RolloutStep, Stage } from "./stage.ts";
import { takeOver } from "./take-over.ts";

export interface RolloutResult {
  readonly size: CompanySize;
  readonly steps: readonly RolloutStep[];
  /** People who were removed by the mistake before the limit was reached. */
  readonly left: readonly string[];
  /**
   * Discrepancies between the calls that DingTalk received, those that the server counted, and the history,
   * in words.
   */
  readonly gaps: readonly string[];
}

/** All problems that the rollout found, in words. Empty for a success. */
export const rolloutProblems = ({ steps, gaps }: RolloutResult): readonly string[] => [
  ...steps.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
  ...gaps,
];

/**
 * Plays the rollout for an organisation that has people in DingTalk. Rejects DemoFailed if it cannot
 * continue. Sets the mode back to `sync` in any case.
 */
export async function playRollout(options: DemoOptions): Promise<RolloutResult> {
  const http = createHttp(options);
  const simulator = await openSandbox(http);
  await untilQuiet(http, { ...options, look: () => undefined }, true);
  const { openHolds } = await readStatus(http);
  if (openHolds > 0)
    throw new DemoFailed(
      `${openHolds} holds are open; approve or reject them first: \`dingtalk-scim holds list\``,
    );
  const size = {
    users: options.users,
    departments: options.departments,
    seed: await nextCompany(http, simulator, options.seed),
  };
  const company = byHand(size);
  const before = {
    event: await lastEvent(http),
    arrived: await simulator.calls(),
    sent: (await readStatus(http)).calls,
  };
  const stage: Stage = {
    ...options,
    options,
    http,
    simulator,
    company,
    memory: remember(await readDirectory(http), company.initial),
    acknowledged: [],
    steps: [],
  };
  try {
    const left = await mistake(stage, await takeOver(stage));
    const sent = (await readStatus(http)).calls;
    const { gaps } = account({
      arrived:
        http.interruptions.away > 0 ? undefined : callsBetween(before.arrived, await simulator.calls()),
      sent: callsBetween(before.sent, sent) ?? sent,
      events: await eventsSince(http, before.event),
      acknowledged: stage.acknowledged,
    });
    return { size, steps: stage.steps, left, gaps };
  } finally {
    if (!options.signal.aborted) await orderMode(stage, "sync");
  }
}

/**
 * The first seed from `from` on whose company no earlier run has played. Companies of earlier runs stay
 * unchanged.
 */
async function nextCompany(http: Http, simulator: Simulator, from: number): Promise<number> {
  const { users } = await readDirectory(http);
  const { shown } = await simulator.state();
  const played = new Set([
    ...users.map(({ userName }) => /@company-(\d+)\.example$/.exec(text(userName))?.[1]),
    ...[...shown.people.keys()].map((userid) => /^hand-(\d+)-/.exec(userid)?.[1]),
  ]);
  let number = from;
  while (played.has(String(number))) number += 1;
  return number;
}
