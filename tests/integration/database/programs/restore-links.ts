import { execFileSync } from "node:child_process";
import { binariesIn } from "../../../../src/database/embedded/binaries.ts";

/** Prints the version of the PostgreSQL in the package folder given, or why it cannot run. */
try {
  process.stdout.write(execFileSync(binariesIn(String(process.argv[2])).postgres, ["--version"]));
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
