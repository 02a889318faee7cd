import { readFileSync } from "node:fs";
import { CannotStart } from "../core/errors.ts";
import { unreadable } from "../core/unreadable.ts";
import { openAnchorsFile } from "../history/log/anchors-file.ts";
import { type Checker, startChecker } from "../history/log/checker.ts";
import { type Sealer, startSealer } from "../history/log/sealer.ts";
import { storedLog } from "../history/log/sources.ts";
import { createWitnessing, type PostText } from "../history/log/witnessing.ts";
import { loadLogKey } from "../keys/log-key.ts";
import { createCheckStore } from "../store/history/log/check.ts";
import { createCheckpointStore } from "../store/history/log/checkpoint-store.ts";
import { createOlderEvents } from "../store/history/log/older.ts";
import { createLogReader } from "../store/history/log/reader.ts";
import { createSealStore } from "../store/history/log/seal.ts";
import { FormatError } from "../tlog/format-error.ts";
import { type Policy, parsePolicy } from "../tlog/policy.ts";
import type { AppContext } from "./components.ts";

/* The history as a log. */

/**
 * For a process that runs the loop, so that the signer is not the process that takes requests. Throws
 * CannotStart for an invalid policy.
 */
export function startSealing({ config, pool, vault, clock, logger }: AppContext): Sealer {
  const policy =
    config.historyWitnessPolicy === undefined ? undefined : readPolicy(config.historyWitnessPolicy);
  const store = createSealStore(pool, {
    clock,
    loadKey: () => loadLogKey({ config, pool }),
    witnessed: policy !== undefined,
  });
  const witnesses =
    policy &&
    createWitnessing({
      store: createCheckpointStore(pool),
      log: createLogReader(pool),
      policy,
      post: postText,
      logger,
    });
  const file = config.historyAnchorsFile;
  const anchors =
    file === undefined ? undefined : openAnchorsFile(file, createLogReader(pool).checkpoint, clock);
  return startSealer({
    store,
    older: createOlderEvents(pool, vault),
    clock,
    logger,
    ...(witnesses ? { witnesses } : {}),
    ...(anchors ? { anchors } : {}),
  });
}

/** The daily check, in a process that runs the loop. */
export function startChecking({ config, pool, clock, logger }: AppContext): Checker {
  const expired = () => {
    const before = (days: number): Date => new Date(clock.now().getTime() - days * DAY_MS);
    const { events, access, values } = config.retention;
    return { events: before(events), access: before(access), values: before(values) };
  };
  return startChecker({
    store: createCheckStore(pool),
    source: storedLog(createLogReader(pool)),
    expired,
    clock,
    logger,
  });
}

const DAY_MS = 86_400_000;

function readPolicy(file: string): Policy {
  try {
    return parsePolicy(readFileSync(file, "utf8"));
  } catch (cause) {
    const what = `HISTORY_WITNESS_POLICY ${file}`;
    throw new CannotStart(
      [cause instanceof FormatError ? `${what}: ${cause.message}` : unreadable(what, cause)],
      { cause },
    );
  }
}

const ANSWER_MS = 5_000;

/** Sends only a checkpoint and hashes. */
export const postText: PostText = async (url, body) => {
  const answer = await fetch(url, {
    method: "POST",
    body,
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return { status: answer.status, type: answer.headers.get("content-type") ?? "", body: await answer.text() };
};
