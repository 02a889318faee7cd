import { createSimulator } from "../../../src/simulator/server.ts";

/** Serves with the journal named on the command line and prints its address, until it is killed. */
const journalPath = process.argv[2];
if (journalPath === undefined) throw new Error("usage: simulator-process JOURNAL");
void createSimulator({ journalPath, qps: 0 })
  .start()
  .then(({ url }) => process.stdout.write(`${url}\n`));
