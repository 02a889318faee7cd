import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipped } from "../zip.ts";
import { csvHead, csvLine } from "./csv.ts";
import { entraRows, LOGS, PROPERTIES, STEPS } from "./entra-rows.ts";
import type { Format } from "./format.ts";

/** A zip with the three tables of entra-rows.ts. */
export const entraCsvFormat: Format = {
  contentType: "application/zip",
  extension: "zip",
  async *write(pages) {
    // The events are read once and written to three files in a temporary folder. The archive is made from
    // these files.
    const folder = mkdtempSync(join(tmpdir(), "dingtalk-scim-export-"));
    try {
      const names = [
        "ProvisioningLogs.csv",
        "ProvisioningLogs_Steps.csv",
        "ProvisioningLogs_ModifiedProperties.csv",
      ];
      const files = names.map((name) => openSync(join(folder, name), "wx", 0o600));
      try {
        for (const [at, head] of [LOGS, STEPS, PROPERTIES].entries()) writeSync(files[at]!, csvHead(head));
        for await (const { log, steps, properties } of entraRows(pages)) {
          for (const [at, rows] of [[log], steps, properties].entries())
            if (rows.length > 0) writeSync(files[at]!, rows.map(csvLine).join(""));
        }
      } finally {
        for (const file of files) closeSync(file);
      }
      yield* zipped(
        names.map((name) => ({
          name,
          content: () => createReadStream(join(folder, name)) as AsyncIterable<Buffer>,
        })),
        new Date(0),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
