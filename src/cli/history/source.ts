import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { unreadable } from "../../core/unreadable.ts";
import type { LogSource } from "../../history/log/log-source.ts";
import { laidOutLog, storedLog } from "../../history/log/sources.ts";
import { inStretches } from "../../history/log/stretches.ts";
import { withPool } from "../database/joined-pool.ts";

export interface Place {
  /** Folder or address. Undefined: the database of this installation. */
  readonly from: string | undefined;
  readonly token: string | undefined;
}

/** Runs `work` on a log from any place. Rejects with CannotStart if it is unreadable. */
export async function withSource<T>(
  { from, token }: Place,
  work: (source: LogSource) => Promise<T>,
): Promise<T> {
  if (from !== undefined) {
    if (!/^https?:\/\//.test(from)) {
      await requireFolder(from);
      return work(laidOutLog(fromFolder(from)));
    }
    const read = overHttp(from, token);
    return work(
      inStretches(laidOutLog(read), (first, count) => read(`stretch?first=${first}&count=${count}`)),
    );
  }
  return withPool(async ({ pool }) => {
    const { createLogReader } = await import("../../store/history/log/reader.ts");
    return work(storedLog(createLogReader(pool)));
  });
}

/** A folder that is not there says nothing about the history. */
async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new CannotStart([unreadable(folder, cause)], { cause });
  });
  if (!found.isDirectory()) throw new CannotStart([`${folder} is not a folder`]);
}

const fromFolder =
  (folder: string) =>
  async (path: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw new CannotStart([unreadable(join(folder, path), error)], { cause: error });
    }
  };

const ANSWER_MS = 30_000;
/** For the server's rate limit: a reader of a long log waits for a limited time. */
const MOST_WAITS = 30;
const MOST_WAIT_SECONDS = 60;

/** `base` with or without `/history`. */
function overHttp(base: string, token: string | undefined) {
  const root = `${base.replace(/\/+$/, "").replace(/\/history$/, "")}/history/`;

  async function ask(
    address: string,
  ): Promise<{ readonly status: number; readonly body: Buffer; readonly waitSeconds: number }> {
    try {
      const answer = await fetch(address, {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const waitSeconds = Math.min(Number(answer.headers.get("retry-after")) || 1, MOST_WAIT_SECONDS);
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()), waitSeconds };
    } catch (cause) {
      throw new CannotStart([`${address} does not answer`], { cause });
    }
  }

  return async (path: string): Promise<Buffer | undefined> => {
    const address = `${root}${path}`;
    for (let waits = 0; ; waits++) {
      const { status, body, waitSeconds } = await ask(address);
      if (status === 200) return body;
      if (status === 404) return undefined;
      const isLater = status === 429 || status === 503;
      if (status === 401 || status === 403)
        throw new CannotStart([`${address} answers ${status}: --token needs the scope history:read`]);
      if (!isLater || waits === MOST_WAITS) throw new CannotStart([`${address} answers ${status}`]);
      await systemClock.sleep(waitSeconds * 1_000);
    }
  };
}
