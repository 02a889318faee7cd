import { createSimulator } from "../../../src/simulator/server.ts";

/** Runs a simulator with the journal of the command line until it is killed. Prints its URL. */
const journalPath = process.argv[2];
if (journalPath === undefined) throw new Error("usage: simulator-process JOURNAL");
void createSimulator({ journalPath, qps: 0 })
  .start()
  .then(({ url }) => process.stdout.write(`${url}\n`));
