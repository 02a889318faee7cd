import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { importPeopleFile } from "../../compose/import.ts";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { unreadable } from "../../core/unreadable.ts";
import { csvRows } from "../../import/file/csv.ts";
import type { Encoding } from "../../import/file/encoding.ts";
import { jsonRows } from "../../import/file/json.ts";
import type { ImportResult } from "../../import/run.ts";
import { openVault } from "../../keys/open-vault.ts";
import { createPrisma } from "../../store/access/prisma.ts";
import { createSources } from "../../store/access/sources.ts";
import { findSource } from "../database/find-source.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";

export interface FileImport {
  readonly source: string;
  readonly dryRun?: true;
  readonly partial?: true;
  readonly count?: number;
  readonly encoding?: Encoding;
}

/**
 * Imports a file, with or without a running server. All its changes have the request id of its event
 * `people.imported`.
 */
export async function importFromFile(path: string, options: FileImport): Promise<ImportResult> {
  const digest = await digestOf(path);
  return withPool(async ({ pool, config }) => {
    const { id: sourceId } = await findSource(createSources(createPrisma(pool), systemClock), options.source);
    const isComplete = options.partial !== true;
    const origin = { complete: isComplete, file: basename(path), sha256: digest, osUser: osUser() };
    const rows = () => {
      const bytes = createReadStream(path);
      return path.toLowerCase().endsWith(".json") ? jsonRows(bytes) : csvRows(bytes, options.encoding);
    };
    return importPeopleFile(
      { config, pool, vault: await openVault({ config, pool, clock: systemClock }), clock: systemClock },
      { sourceId, actor: ACTOR, origin },
      {
        rows,
        isComplete,
        writes: options.dryRun !== true,
        ...(options.count === undefined ? {} : { confirmed: options.count }),
      },
    );
  });
}

/** A digest of the file, by which an auditor can identify it. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    const file = await open(path);
    for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CannotStart([unreadable(path, error)], { cause: error });
  }
  return hash.digest("hex");
}
