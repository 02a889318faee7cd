import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import type { DemoOptions } from "../../demo/play.ts";
import type { Config } from "../../settings/config.ts";
import { loadConfig } from "../../settings/load-config.ts";
import { wholeNumber } from "../options/numbers.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, printJson, warn } from "../terminal/output.ts";
import { createProgress } from "../terminal/progress.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";
import { withOwnToken } from "./demo-token.ts";

/** How long the server may be unavailable, or make no progress, before the demo fails. */
const PATIENCE_SECONDS = 120;

interface Options {
  readonly users: number;
  readonly departments: number;
  readonly seed: number;
  readonly rate: number;
  readonly patience: number;
  readonly url?: string;
  readonly token?: string;
  readonly rollout?: true;
  readonly json?: true;
}

export const demoCommand = (): Command =>
  new Command("demo")
    .description(
      "play Entra ID for a synthetic company against the running server, then compare the sandbox DingTalk with the directory",
    )
    .option("--users <number>", "people at the start", wholeNumber(1, 100_000), 200)
    .option("--departments <number>", "groups at the start", wholeNumber(1, 5_000), 25)
    .option("--seed <number>", "the same seed gives the same company", wholeNumber(0, 999_999), 1)
    .option("--rate <number>", "SCIM requests per second; 0 means no limit", wholeNumber(0, 100_000), 40)
    .option(
      "--patience <seconds>",
      "how long the server may be unavailable",
      wholeNumber(1, 3_600),
      PATIENCE_SECONDS,
    )
    .option("--url <address>", "the server (default: PUBLIC_URL, else HOST and PORT)")
    .option(
      "--token <token>",
      "a token with the scopes provision, history:read and admin (default: BOOTSTRAP_TOKEN, else one is made in the database and revoked at the end)",
    )
    .option(
      "--rollout",
      "an organisation that has people already: assess, adopt, plan, upsert, sync, and a mass removal by mistake",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Plays an initial cycle, a change cycle, a leaver cycle and then the last one again, which must change nothing.
With --rollout: people are in DingTalk first, entered by hand; the mode is lowered, they are taken over, and a mass removal by mistake is held and taken back.
Each time another company is played, from --seed on, and stays.
Exit code 1 when anything in DingTalk is not as in the directory. Plays against a sandbox only.

Examples:
  $ dingtalk-scim demo
  $ dingtalk-scim demo --users 20 --departments 5 --seed 7
  $ dingtalk-scim demo --rollout
  $ dingtalk-scim demo --url http://127.0.0.1:9000 --token "$TOKEN" --json`,
    )
    .action(async (options: Options) => {
      const config = loadConfig(warn);
      // Loading the names takes a fifth of a second, which no other command should need.
      const { requireServer } = await loadDemo();
      const url = (options.url ?? config.publicUrl).replace(/\/+$/, "");
      await requireServer(url);
      await keepAlive(() =>
        withInterrupt((signal) =>
          withToken(config, options, (token) => play(options, { url, token, signal })),
        ),
      );
    });

/** The names come from a library that the package does not include. */
async function loadDemo(): Promise<typeof import("../../demo/play.ts")> {
  try {
    return await import("../../demo/play.ts");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new CannotStart(
      [
        t(
          "the demo's people need a library that is not installed; add it beside this package: npm i @faker-js/faker@10",
        ),
      ],
      { cause },
    );
  }
}

function withToken(config: Config, options: Options, work: (token: string) => Promise<void>): Promise<void> {
  const given = options.token ?? config.bootstrapToken?.reveal();
  return given === undefined ? withOwnToken(work) : work(given);
}

interface Where {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

async function play(options: Options, where: Where): Promise<void> {
  const { users, departments, seed, rate } = options;
  const playing: DemoOptions = {
    users,
    departments,
    seed,
    ...where,
    perSecond: rate,
    patienceMs: options.patience * 1_000,
    clock: systemClock,
    progress: createProgress(process.stderr.isTTY),
  };
  const { problems, lines, result } = await (options.rollout ? rollout(playing) : cycles(playing));
  if (options.json) printJson({ ...result, problems });
  else for (const line of lines) print(line);
  if (problems.length > 0) foundProblems();
}

interface Played {
  readonly problems: readonly string[];
  readonly lines: readonly string[];
  /** For JSON. */
  readonly result: object;
}

async function cycles(options: DemoOptions): Promise<Played> {
  const { playDemo } = await import("../../demo/play.ts");
  const { problemsOf } = await import("../../demo/result.ts");
  const { report } = await import("./demo-report.ts");
  const result = await playDemo(options);
  return {
    problems: problemsOf(result),
    lines: report(result),
    result: { ...result, account: plain(result.account) },
  };
}

async function rollout(options: DemoOptions): Promise<Played> {
  const { playRollout, rolloutProblems } = await import("../../demo/rollout/play-rollout.ts");
  const { rolloutReport } = await import("./rollout-report.ts");
  const result = await playRollout(options);
  return { problems: rolloutProblems(result), lines: rolloutReport(result), result };
}

/** Maps are converted, because JSON does not have them. */
const plain = (value: object): unknown =>
  Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      each instanceof Map ? Object.fromEntries(each) : each,
    ]),
  );
