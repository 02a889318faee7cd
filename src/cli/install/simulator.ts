import { Command } from "commander";
import { CannotStart } from "../../core/errors.ts";
import { wholeNumber } from "../options/numbers.ts";
import { say } from "../terminal/output.ts";
import { untilStopped } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";

export const simulatorCommand = (): Command =>
  new Command("simulator")
    .description(
      "run the simulated DingTalk alone, until Ctrl-C; app key and secret are sandbox, the corp id is dingsandbox",
    )
    .requiredOption("--port <number>", "port on 127.0.0.1; 0 is any free port", wholeNumber(0, 65_535))
    .option("--qps <number>", "calls per second, per app and API; 0 is no limit", wholeNumber(0, 1_000_000))
    .option("--journal <file>", "keep the organisation in this file over restarts")
    .addHelpText(
      "after",
      `
Examples:
  $ dingtalk-scim simulator --port 8081
  $ dingtalk-scim simulator --port 8081 --qps 0 --journal organisation.journal
  $ curl http://127.0.0.1:8081/_sim/state`,
    )
    .action(async ({ port, qps, journal }: { port: number; qps?: number; journal?: string }) => {
      const { createLogger } = await import("../../process/log.ts");
      const { createSimulator } = await import("../../simulator/server.ts");
      const simulator = createSimulator({
        port,
        logger: createLogger({ level: "warn" }),
        ...(qps === undefined ? {} : { qps }),
        ...(journal === undefined ? {} : { journalPath: journal }),
      });
      const { url } = await simulator.start().catch((cause: unknown) => {
        throw new CannotStart(
          [
            `the simulator cannot start on port ${port}: ${cause instanceof Error ? cause.message : String(cause)}`,
          ],
          {
            cause,
          },
        );
      });
      say(t`The simulated DingTalk is at ${url}, its control addresses below ${url}/_sim/`);
      await untilStopped();
      await simulator.stop();
    });
