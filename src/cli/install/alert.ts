import { Command, Option } from "commander";
import { CHANNEL_NAMES, type ChannelName } from "../../alerts/channels/channel.ts";
import { TARGET } from "../../targets/target-name.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";

const OTHER_NAME = "dingtalk";

interface Sent {
  readonly channel: ChannelName;
  readonly id: string;
  readonly sent: boolean;
  readonly error?: string;
}

export function alertCommand(): Command {
  const command = new Command("alert").description("channels that notify operators of incidents");
  command
    .command("test")
    .description("send a test message on every configured channel, and show the result")
    .addOption(
      new Option("--channel <channel>", "only this one; dingtalk is the robot").choices([
        ...CHANNEL_NAMES,
        OTHER_NAME,
      ]),
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nExit code 1 when a message was not taken, or no channel is set (docs/alerts.md).\n\nExample:\n  $ dingtalk-scim alert test --channel mail",
    )
    .action(async ({ channel: named, json }: { channel?: ChannelName | typeof OTHER_NAME; json?: true }) => {
      const channel = named === OTHER_NAME ? "robot" : named;
      const results = await withInterrupt((signal) => sendTests(channel, signal));
      if (json) printJson({ results });
      else if (results.length === 0)
        say(
          channel === undefined
            ? t("No channel is set: see ALERT_… in .env.example.")
            : t`The channel ${channel} is not set: see ALERT_… in .env.example.`,
        );
      else
        for (const each of results)
          print(
            each.sent
              ? t`${each.channel}: sent, id ${each.id}`
              : t`${each.channel}: not taken (${each.error ?? ""}), id ${each.id}`,
          );
      if (results.length === 0 || results.some(({ sent }) => !sent)) foundProblems();
    });
  return command;
}

/**
 * Sends the messages as a running server does, with rows in the database and their ids. The server retries
 * failed ones.
 */
const sendTests = (only: ChannelName | undefined, signal: AbortSignal): Promise<readonly Sent[]> =>
  withPool(async ({ config, pool, logger }) => {
    const [
      { deliveryDeps },
      { systemClock },
      { createMeter },
      { deliver },
      { operatorEvent },
      { createMeterStore },
    ] = await Promise.all([
      import("../../compose/alerts.ts"),
      import("../../core/clock.ts"),
      import("../../core/meter.ts"),
      import("../../alerts/messages/deliver.ts"),
      import("../../reconcile/operator-event.ts"),
      import("../../store/status/meters.ts"),
    ]);
    const clock = systemClock;
    const meter = createMeter();
    const deps = deliveryDeps({ config, pool, logger, clock, meter });
    const channels = deps.channels.filter(({ name }) => only === undefined || name === only);
    if (channels.length === 0) return [];
    const names = channels.map(({ name }) => name);
    const event = operatorEvent(
      "operator.alertTest",
      { actor: ACTOR },
      { clock, target: TARGET },
      { channels: names, osUser: osUser() },
    );
    const claimed = await deps.store.test(clock.now(), names, event);
    const results = await Promise.all(
      claimed.map(async (each): Promise<Sent> => {
        const failure = await deliver(
          channels.find(({ name }) => name === each.channel)!,
          each,
          deps,
          signal,
        );
        return {
          channel: each.channel,
          id: each.id,
          sent: failure === undefined,
          ...(failure ? { error: failure.answer } : {}),
        };
      }),
    );
    await createMeterStore(pool, TARGET).write(meter);
    return results;
  });
