import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import type { SinkEntry } from "../../feed/file.ts";
import type { ConsumerFigures, FeedStore } from "../../feed/ports.ts";
import { operatorEvent } from "../../reconcile/operator-event.ts";
import { TARGET } from "../../targets/target-name.ts";
import { withPool } from "../database/joined-pool.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { wholeNumber } from "../options/numbers.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

interface Output {
  readonly json?: true;
}

export function feedCommand(): Command {
  const command = new Command("feed").description(
    "consumers of the history's events (FEED_FILE): position, replay and reset",
  );
  command.addCommand(statusCommand()).addCommand(replayCommand()).addCommand(resetCommand());
  return command;
}

const statusCommand = (): Command =>
  new Command("status")
    .description("position of each consumer, and why its last try failed")
    .option("--json", "the result as JSON")
    .addHelpText("after", "\nThe same as GET /api/feed. Exit code 1 when the last try of one has failed.")
    .action(async ({ json }: Output) => {
      const consumers = await withFeed(async ({ entries, store }) =>
        consumersOf(entries, await store.figures()),
      );
      if (consumers.some(({ error }) => error !== null)) foundProblems();
      if (json) return printJson({ consumers });
      if (consumers.length === 0) return say(t("No consumer is named: FEED_FILE is not set, or empty."));
      printTable(
        ["name", "kind", "position", "behind", "oldest", "failures", "error"],
        consumers.map(({ name, kind, position, behind, oldestAt, failures, error }) => [
          ...[name, kind ?? t("not in the file"), String(position), String(behind)],
          ...[oldestAt?.toISOString() ?? "", String(failures), error ?? ""],
        ]),
      );
    });

const replayCommand = (): Command =>
  new Command("replay")
    .description("send all events from a position again")
    .argument("<name>", "of the consumer, as the file names it")
    .requiredOption(
      "--from <position>",
      "the first to be sent again: `sequence` of an event",
      wholeNumber(1, 999_999_999),
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nThe same as POST /api/feed/NAME/replay.\n\nExample:\n  $ dingtalk-scim feed replay siem --from 4711",
    )
    .action(async (name: string, { from, json }: Output & { from: number }) => {
      const done = await withFeed(async ({ entries, store }) => {
        if (!entries.some((entry) => entry.name === name)) throw unknown(name);
        await store.register([name]);
        return store.replay(name, from, eventOf({ consumer: name, from }));
      });
      if (!done) foundProblems();
      if (json) return printJson({ consumer: name, from, done });
      print(
        done
          ? t`${name} gets everything from ${from} on again.`
          : t`Nothing was done: there is no position ${from} yet.`,
      );
    });

const resetCommand = (): Command =>
  new Command("reset")
    .description(
      "skip the pending events of a consumer: it continues after the newest event; a consumer that is no longer in the file is deleted",
    )
    .argument("<name>", "of the consumer, as the file names it")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nSkipped events can be sent with `feed replay`.\n\nExample:\n  $ dingtalk-scim feed reset lake",
    )
    .action(async (name: string, { json }: Output) => {
      const result = await withFeed(async ({ entries, store }) => {
        const known = (await store.figures()).find(({ consumer }) => consumer === name);
        if (!known) throw unknown(name);
        const isNamed = entries.some((entry) => entry.name === name);
        const { position, behind } = known;
        await store.reset(
          name,
          { forget: !isNamed },
          eventOf({ consumer: name, position, skipped: behind, forgotten: !isNamed }),
        );
        return { consumer: name, position, skipped: behind, forgotten: !isNamed };
      });
      if (json) return printJson(result);
      print(
        result.forgotten
          ? t`${name} is deleted; its position was ${result.position}.`
          : t`${name} continues after the newest event; ${result.skipped} from ${result.position + 1} on are skipped.`,
      );
    });

const unknown = (name: string): NotFoundHere =>
  new NotFoundHere(t`there is no consumer ${name}; \`feed status\` shows all`);

const eventOf = (detail: Parameters<typeof operatorEvent>[3]) =>
  operatorEvent(
    "operator.replay",
    { actor: ACTOR },
    { clock: systemClock, target: TARGET },
    { ...detail, osUser: osUser() },
  );

/** Consumers of the file, and known ones that are no longer in it. */
function consumersOf(entries: readonly SinkEntry[], figures: readonly ConsumerFigures[]) {
  const names = [
    ...new Set([...entries.map(({ name }) => name), ...figures.map(({ consumer }) => consumer)]),
  ];
  return names.map((name) => {
    const entry = entries.find((each) => each.name === name);
    const {
      position = 0,
      behind = 0,
      attempts = 0,
      oldest,
      error,
      movedAt,
    } = figures.find(({ consumer }) => consumer === name) ?? {};
    return {
      ...{ name, kind: entry?.kind ?? null, position, behind, failures: attempts },
      ...{ oldestAt: oldest ?? null, error: error ?? null, movedAt: movedAt ?? null },
    };
  });
}

interface FeedAccess {
  readonly entries: readonly SinkEntry[];
  readonly store: FeedStore;
}

const withFeed = <T>(work: (access: FeedAccess) => Promise<T>): Promise<T> =>
  withPool(async ({ pool, config }) => {
    const [{ createFeedStore }, { withoutValues }, { loadFeed }] = await Promise.all([
      import("../../store/feed/feed-store.ts"),
      import("../../store/personal/vault.ts"),
      import("../../compose/load-rules.ts"),
    ]);
    return work({ entries: loadFeed(config), store: createFeedStore(pool, withoutValues) });
  });
