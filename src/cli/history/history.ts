import { Command } from "commander";
import { exportCommand } from "./export.ts";
import { keyCommand } from "./key.ts";
import { proofCommand } from "./proof.ts";
import { verifyCommand } from "./verify.ts";
import { witnessCommand } from "./witness.ts";

/** The history as a log that can be verified (docs/auditors.md). */
export const historyCommand = (): Command =>
  new Command("history")
    .description("verify that the history was not altered, and export the proof")
    .addCommand(verifyCommand())
    .addCommand(exportCommand())
    .addCommand(proofCommand())
    .addCommand(keyCommand())
    .addCommand(witnessCommand());
