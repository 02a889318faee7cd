import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import { createGroupDirectory } from "../../directory/groups.ts";
import { createUserDirectory } from "../../directory/users.ts";
import { csvRows } from "../../import/file/csv.ts";
import type { Encoding } from "../../import/file/encoding.ts";
import { jsonRows } from "../../import/file/json.ts";
import { type ImportResult, importFile } from "../../import/run.ts";
import { openVault } from "../../open-vault.ts";
import { createPrisma } from "../../store/access/prisma.ts";
import { createSources } from "../../store/access/sources.ts";
import { createDirectoryStore } from "../../store/create.ts";
import { append } from "../../store/history/append.ts";
import { TARGET } from "../../target-name.ts";
import { findSource } from "./find-source.ts";
import { withPool } from "./joined-pool.ts";
import { NotFoundHere } from "./not-found-here.ts";
import { osUser } from "./os-user.ts";
import { ACTOR } from "./records.ts";

export interface FileImport {
  readonly source: string;
  readonly dryRun?: true;
  readonly partial?: true;
  readonly count?: number;
  readonly encoding?: Encoding;
}

/** Imports a file beside a running server, or alone. Everything it changes carries the request id of its event `people.imported`. */
export async function importFromFile(path: string, options: FileImport): Promise<ImportResult> {
  const digest = await digestOf(path);
  return withPool(async ({ pool, config }) => {
    const source = await findSource(createSources(createPrisma(pool), systemClock), options.source);
    const directory = {
      store: createDirectoryStore(pool, [TARGET], await openVault({ config, pool, clock: systemClock })),
      clock: systemClock,
    };
    const context = { sourceId: source.id, actor: ACTOR, requestId: uuidv7(systemClock.now().getTime()) };
    const writes = options.dryRun !== true;
    const result = await importFile({
      users: createUserDirectory(directory),
      groups: createGroupDirectory(directory),
      context,
      rows: () => {
        const bytes = createReadStream(path);
        return path.toLowerCase().endsWith(".json") ? jsonRows(bytes) : csvRows(bytes, options.encoding);
      },
      isComplete: options.partial !== true,
      ...(options.count === undefined ? {} : { confirmed: options.count }),
      writes,
    });
    if (writes && result.kind === "done") await append(pool, importedEvent(context, basename(path), digest, options, result));
    return result;
  });
}

/** Of what was imported, so that an auditor can tell which file it was. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    const file = await open(path);
    for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  } catch (error) {
    throw new NotFoundHere(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return hash.digest("hex");
}

function importedEvent(
  context: { readonly sourceId: string; readonly actor: string; readonly requestId: string },
  file: string,
  sha256: string,
  { partial }: FileImport,
  { people, unchanged, departments, problems }: ImportResult & { readonly kind: "done" },
) {
  const at = systemClock.now();
  const count = (action: string) => people.filter((change) => change.action === action).length;
  return {
    id: uuidv7(at.getTime()),
    at,
    code: "people.imported" as const,
    ...context,
    causes: [],
    detail: {
      file,
      sha256,
      complete: partial !== true,
      created: count("create"),
      changed: count("change"),
      activated: count("activate"),
      deactivated: count("deactivate"),
      unchanged,
      departments: departments.length,
      notTaken: problems.length,
      osUser: osUser(),
    },
  };
}
