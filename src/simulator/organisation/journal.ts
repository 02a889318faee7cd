import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { CannotStart } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import type { Organisation } from "./model.ts";
import { createOrganisation } from "./new-organisation.ts";
import { commit, snapshot } from "./organisation.ts";
import type { Change } from "./records.ts";
import { type Switches, switchesSchema } from "./switches.ts";

/** The first line of the file: the switches of the organisation. */
interface Head {
  readonly format: 1;
  readonly switches: Switches;
}
/** Every further line: the changes of one call. In a rewritten file: a part of the whole state. */
interface Entry {
  readonly position: number;
  readonly changes: readonly Change[];
}

/**
 * Stores acknowledged changes in a file. Each change is written before its call is answered, so it survives a
 * crash of the process.
 */
export interface Journal {
  append(entry: Entry): void;
  /** Replaces the file with this state, after a reset or a change of switches. */
  rewrite(organisation: Organisation): void;
  close(): void;
}

export const noJournal: Journal = { append() {}, rewrite() {}, close() {} };

/** Maximum number of changes in one line of a rewritten file. */
const CHANGES_PER_LINE = 200;

/**
 * Reads the state that an earlier process stored, shortens the file to this state, and appends to it. Ignores
 * a last line without a line end, because its call was never answered. Throws `CannotStart` for any other
 * unreadable line.
 */
export function openJournal(
  path: string,
  fresh: () => Organisation,
): { readonly journal: Journal; readonly organisation: Organisation } {
  makeFolder(dirname(path));
  const organisation = existsSync(path) ? read(path, fresh()) : fresh();
  let file = rewriteFile(path, organisation);
  return {
    organisation,
    journal: {
      append: (entry) => writeAll(file, `${JSON.stringify(entry)}\n`),
      rewrite(next) {
        closeSync(file);
        file = rewriteFile(path, next);
      },
      close: () => closeSync(file),
    },
  };
}

function read(path: string, fresh: Organisation): Organisation {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop(); // empty after a complete last line, else the incomplete line
  const first = lines.shift();
  if (first === undefined) return fresh;
  const { switches } = parse<Head>(path, 1, first);
  const checked = switchesSchema.safeParse(switches);
  if (!checked.success)
    throw new CannotStart([`${path} line 1 does not contain valid switches`], { cause: checked.error });
  const organisation = {
    ...createOrganisation({ corpId: fresh.corpId, seed: "", switches: checked.data }),
    seed: fresh.seed,
  };
  lines.forEach((line, at) => {
    commit(organisation, parse<Entry>(path, at + 2, line));
  });
  return organisation;
}

function parse<T>(path: string, line: number, text: string): T {
  try {
    return JSON.parse(text) as T; // only this module writes the file
  } catch (cause) {
    throw new CannotStart(
      [`${path} line ${line} is damaged: remove the file to start with an empty organisation`],
      { cause },
    );
  }
}

/**
 * Writes the whole state to a new file, and replaces the old file by it in one step. Returns the new file,
 * open for appending.
 */
function rewriteFile(path: string, organisation: Organisation): number {
  const beside = `${path}.new`;
  const file = openSync(beside, "w", 0o600);
  writeAll(file, `${JSON.stringify({ format: 1, switches: organisation.switches } satisfies Head)}\n`);
  let changes: Change[] = [];
  const flush = (): void => {
    writeAll(file, `${JSON.stringify({ position: organisation.position, changes } satisfies Entry)}\n`);
    changes = [];
  };
  for (const change of snapshot(organisation)) {
    changes.push(change);
    if (changes.length >= CHANGES_PER_LINE) flush();
  }
  if (changes.length > 0) flush();
  fsyncSync(file);
  renameSync(beside, path);
  return file;
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
