import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { CannotStart } from "../../core/errors.ts";
import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { keepAlive } from "../support/keep-alive.ts";
import { print } from "../support/output.ts";
import { withSource } from "./source.ts";

export const exportCommand = (): Command =>
  new Command("export")
    .description("the log as files, which `history verify --from` and foreign programs read")
    .requiredOption("--tiles <folder>", "where to: checkpoint, key, tile/ and events/; what is there already is written over")
    .option("--from <address>", "of a server; left out: the database of this installation")
    .option("--token <token>", "of the server, with the scope history:read")
    .action(async ({ tiles, from, token }: { tiles: string; from?: string; token?: string }) => {
      const size = await keepAlive(() => exported(tiles, { from, token }));
      print(`${size} entries are in ${tiles}.`);
    });

async function exported(folder: string, place: { readonly from: string | undefined; readonly token: string | undefined }): Promise<number> {
  const { exportLog } = await import("../../history/log/sources.ts");
  return withSource(place, async (source) => {
    const checkpoint = await source.checkpoint();
    if (checkpoint === undefined) throw new CannotStart(["there is no log yet: the worker begins it"]);
    const { size } = parseCheckpoint(checkpoint);
    await exportLog(source, checkpoint, size, async (path, content) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    });
    return size;
  });
}
