import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CannotStart } from "../../core/errors.ts";
import { laidOutLog, storedLog } from "../../history/log/sources.ts";
import type { LogSource } from "../../history/log/verify.ts";
import { withPool } from "../database/joined-pool.ts";

export interface Place {
  /** Folder or address; undefined = the database of this installation. */
  readonly from: string | undefined;
  readonly token: string | undefined;
}

/** Runs `work` on a log, wherever it is. Rejects CannotStart when it cannot be read. */
export async function withSource<T>({ from, token }: Place, work: (source: LogSource) => Promise<T>): Promise<T> {
  if (from !== undefined) return work(laidOutLog(/^https?:\/\//.test(from) ? overHttp(from, token) : fromFolder(from)));
  return withPool(async ({ pool }) => {
    const { createLogReader } = await import("../../store/history/log/reader.ts");
    return work(storedLog(createLogReader(pool)));
  });
}

const fromFolder =
  (folder: string) =>
  async (path: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw new CannotStart([`${join(folder, path)} cannot be read (${code})`], { cause: error });
    }
  };

const ANSWER_MS = 30_000;

/** `base` with or without `/history`. */
function overHttp(base: string, token: string | undefined) {
  const root = `${base.replace(/\/+$/, "").replace(/\/history$/, "")}/history/`;
  return async (path: string): Promise<Buffer | undefined> => {
    const address = `${root}${path}`;
    let answer: Response;
    try {
      answer = await fetch(address, {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch (cause) {
      throw new CannotStart([`${address} does not answer`], { cause });
    }
    if (answer.status === 404) return undefined;
    if (answer.status === 429) {
      await answer.arrayBuffer();
      throw new CannotStart([`${address} answers 429: too many requests for this token`]);
    }
    if (!answer.ok) throw new CannotStart([`${address} answers ${answer.status}`]);
    return Buffer.from(await answer.arrayBuffer());
  };
}
