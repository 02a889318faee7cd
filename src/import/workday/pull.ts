import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { jsonRows } from "../file/json.ts";
import { type ImportOptions, type ImportResult, importFile } from "../run.ts";
import { downloadReport, type WorkdayCredentials } from "./download.ts";
import type { WorkdayPlan } from "./file.ts";
import { addressOf, type Reading } from "./reading.ts";

export interface PullOptions
  extends Pick<ImportOptions, "users" | "groups" | "context" | "writes" | "confirmed"> {
  readonly plan: WorkdayPlan;
  readonly credentials: WorkdayCredentials;
  /** The folder of the report during the import. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

const PREFIX = "workday-report-";

/**
 * Reads the whole report into a file and imports it. Only a reading of everybody can find leavers. The file
 * is always deleted; the next reading deletes that of a killed process. Rejects with ReportFailed or
 * UnreadableFile, and then nothing was changed.
 */
export async function pull(
  reading: Reading,
  { plan, credentials, directory, signal, ...options }: PullOptions,
): Promise<ImportResult> {
  for (const name of await readdir(directory))
    if (name.startsWith(PREFIX)) await rm(join(directory, name), { force: true });
  const path = join(directory, `${PREFIX}${randomUUID()}.json`);
  try {
    await downloadReport(addressOf(plan, reading), path, plan, credentials, signal);
    return await importFile({
      ...options,
      ...(plan.rules ? { rules: plan.rules } : {}),
      rows: () => jsonRows(createReadStream(path)),
      isComplete: reading.kind === "everybody",
    });
  } finally {
    await rm(path, { force: true });
  }
}
