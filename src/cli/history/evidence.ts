import { hostname } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { systemClock } from "../../core/clock.ts";
import { comparableInstantOf } from "../../filter/instants.ts";
import { withHistory } from "../database/history.ts";
import { wholeNumber } from "../options/numbers.ts";
import { writableFile, writeFileOf } from "../options/output-file.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";

interface Options {
  readonly from: Date;
  readonly to: Date;
  readonly sample: number;
  readonly seed?: number;
  readonly out: string;
}

const MAX_SEED = 2 ** 31 - 1;

/** The evidence about a period for an auditor. */
export const evidenceCommand = (): Command =>
  new Command("evidence")
    .description(
      "an evidence pack about a period: population, sample, failures, approvals, access, configuration, all events",
    )
    .requiredOption("--from <time>", "the start, inclusive; a date means midnight UTC", time)
    .requiredOption("--to <time>", "the end, exclusive; a future time means now", time)
    .option("--sample <number>", "changes of people in the sample", wholeNumber(0, 1_000), 25)
    .option(
      "--seed <number>",
      "seed of the sample (default: a random one, which is shown)",
      wholeNumber(0, MAX_SEED),
    )
    .requiredOption("--out <file>", "the zip", writableFile)
    .addHelpText(
      "after",
      "\nThe same as POST /api/evidence. The pack has no values of people, and is an event of the history itself.\n\nExample:\n  $ dingtalk-scim evidence --from 2026-07-01 --to 2026-10-01 --seed 7 --out evidence.zip",
    )
    .action(async ({ from, to: until, sample, seed, out }: Options, command: Command) => {
      const to = new Date(Math.min(until.getTime(), systemClock.now().getTime()));
      if (from.getTime() >= to.getTime()) command.error("error: --from must be before --to, and in the past");
      await keepAlive(() =>
        withInterrupt((signal) =>
          withHistory(async ({ log, events, entries, by, version, config }) => {
            const [{ evidencePack }, { randomUUID }] = await Promise.all([
              import("../../evidence/pack/pack.ts"),
              import("node:crypto"),
            ]);
            const deps = {
              log,
              events,
              entries,
              clock: systemClock,
              limitMinutes: config.leaverMinutes,
              version,
              host: hostname(),
            };
            const order = {
              id: randomUUID(),
              from,
              to,
              sample,
              seed: seed ?? systemClock.now().getTime() % MAX_SEED,
              by,
            };
            await writeFileOf(out, evidencePack(deps, order), signal);
          }),
        ),
      );
      say(t`The evidence is in ${out}.`);
    });

function time(text: string): Date {
  const ms = comparableInstantOf(text);
  if (ms === undefined)
    throw new InvalidArgumentError(t("must be a time such as 2026-07-01T00:00:00Z, or a date"));
  return new Date(ms);
}
