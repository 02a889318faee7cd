import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Command, Option } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { exportHistory } from "../../evidence/export.ts";
import type { FormatName } from "../../evidence/formats/format.ts";
import { FORMAT_NAMES, formatOf } from "../../evidence/formats/formats.ts";
import type { FilterNode } from "../../filter/ast.ts";
import { flatTable } from "../../filter/attribute-table.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import { parseQuery } from "../../filter/parse.ts";
import { EVENT_ATTRIBUTES } from "../../history/event-log.ts";
import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { withHistory } from "../database/history.ts";
import { writableFile, writeFileOf } from "../options/output-file.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";
import { withSource } from "./source.ts";

interface Options {
  readonly tiles?: string;
  readonly from?: string;
  readonly token?: string;
  readonly out?: string;
  readonly format: FormatName;
  readonly filter?: string;
}

export const exportCommand = (): Command =>
  new Command("export")
    .description("the events as one file, or the log as files that prove it")
    .option("--out <file>", "the events, with their values; - for standard output", (path) =>
      path === "-" ? path : writableFile(path),
    )
    .addOption(new Option("--format <format>", "of that file").choices(FORMAT_NAMES).default("jsonl"))
    .option("--filter <filter>", "filter in the grammar of GET /api/history (default: all events)")
    .option(
      "--tiles <folder>",
      "checkpoint, key, tile/ and events/, which `history verify --from` and foreign programs read; written over",
    )
    .option(
      "--from <address>",
      "address of a server, with --tiles (default: the database of this installation)",
    )
    .option("--token <token>", "of the server, with the scope history:read")
    .addHelpText(
      "after",
      `\nThe same as GET /api/history/export, and an event of the history itself.\n\nExamples:\n  $ dingtalk-scim history export --format csv --filter 'at ge "2026-07-01T00:00:00Z"' --out july.csv\n  $ dingtalk-scim history export --tiles export/`,
    )
    .action(async ({ tiles, from, token, out, format, filter }: Options, command: Command) => {
      if ((tiles === undefined) === (out === undefined))
        command.error("error: name a file with --out, or a folder with --tiles");
      if (tiles === undefined) {
        await keepAlive(() =>
          withInterrupt((signal) => writeEvents(out!, { name: format, text: filter, signal })),
        );
        if (out !== "-") say(t`The events are in ${out ?? ""}.`);
        return;
      }
      const size = await keepAlive(() => exported(tiles, { from, token }));
      print(t`${size} entries are in ${tiles}.`);
    });

interface Wanted {
  readonly name: FormatName;
  readonly text: string | undefined;
  readonly signal: AbortSignal;
}

/** Rejects with CannotStart for an invalid filter. */
const writeEvents = (out: string, { name, text, signal }: Wanted): Promise<void> =>
  withHistory(async ({ log, events, by, version }) => {
    const filter = text === undefined ? {} : { filter: { text, node: nodeOf(text) } };
    const order = { format: formatOf(name, version), name, by, ...filter };
    // A user with the database and its keys can read all values. The event records who it was.
    const source = exportHistory({ log, events, clock: systemClock, shown: async (page) => page }, order);
    await (out === "-" ? toStandardOutput(source, signal) : writeFileOf(out, source, signal));
  });

/** Ends without an error if the reader of the output has left (`| head`). */
async function toStandardOutput(
  source: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await pipeline(Readable.from(source), process.stdout, { end: false, signal });
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}

function nodeOf(text: string): FilterNode {
  try {
    return parseQuery(text, flatTable(EVENT_ATTRIBUTES));
  } catch (error) {
    if (!(error instanceof InvalidFilter)) throw error;
    throw new CannotStart([error.message], { cause: error });
  }
}

async function exported(
  folder: string,
  place: { readonly from: string | undefined; readonly token: string | undefined },
): Promise<number> {
  const { exportLog } = await import("../../history/log/sources.ts");
  return withSource(place, async (source) => {
    const checkpoint = await source.checkpoint();
    if (checkpoint === undefined) throw new CannotStart([t("there is no log yet: the worker begins it")]);
    const { size } = parseCheckpoint(checkpoint);
    await exportLog(source, checkpoint, size, async (path, content) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    });
    return size;
  });
}
