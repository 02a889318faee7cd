import { silentLogger } from "../../../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../../../src/database/embedded/embedded.ts";

/**
 * Starts the embedded server of the folder given, prints its URL or why not, and ends in the way given once
 * its input closes.
 */
const [, , dataDir, ending] = process.argv;

startEmbeddedPostgres({ dataDir: String(dataDir), logger: silentLogger }).then(
  ({ url, stop }) => {
    process.stdout.write(`${url}\n`);
    process.stdin.resume();
    process.stdin.once("close", () => (ending === "stop" ? stop() : process.exit()));
  },
  (error: Error) => process.stdout.write(`${error.message}\n`),
);
