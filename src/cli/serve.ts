import { Command } from "commander";
import { loadConfig } from "../config.ts";
import { say, warn } from "./output.ts";
import { untilStopped } from "./signals.ts";

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
      const stopped = untilStopped();
      const { startServer } = await import("../main.ts");
      const server = await startServer(loadConfig(warn));
      // In one piece: whoever reads it gets the whole.
      say(server.notice.join("\n"));
      await stopped;
      say("stopping");
      await server.stop();
    });
