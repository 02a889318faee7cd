import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { boundHeap } from "../../process/heap.ts";
import { loadConfig } from "../../settings/load-config.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { say, warn } from "../terminal/output.ts";
import { Interrupted, untilStopped } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";
import { noticeOf } from "./notice.ts";

export const serveCommand = (): Command =>
  new Command("serve")
    .description("run the server; settings come from the environment, see .env.example")
    .addHelpText(
      "after",
      `
Examples:
  $ dingtalk-scim serve                                  with the sandbox DingTalk and a database of its own
  $ PORT=9000 DATA_DIR=/var/lib/dingtalk-scim dingtalk-scim serve`,
    )
    .action(async () => {
      boundHeap();
      const { startServer } = await import("../../main.ts");
      // Without this, a process without a listener would end while the database is unavailable.
      await keepAlive(async () => {
        const interrupted = new AbortController();
        const stopped = untilStopped().then(() => interrupted.abort(new Interrupted("interrupted")));
        const starting = startServer(loadConfig(warn), interrupted.signal);
        const server = await Promise.race([starting, stopped.then(() => overdue(interrupted.signal))]);
        // In one write, so that a reader gets all of it.
        say(noticeOf(server.facts).join("\n"));
        await stopped;
        say(t("stopping"));
        await server.stop();
      });
    });

/** Time for an interrupted start to clean up. A start that hangs is ended with the process. */
const OVERDUE_MS = 20_000;

async function overdue(signal: AbortSignal): Promise<never> {
  await systemClock.sleep(OVERDUE_MS);
  throw signal.reason;
}
