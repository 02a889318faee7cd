import { createPrivateKey } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import { uuidv7 } from "../core/id.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { Config } from "../settings/config.ts";
import { createEventAppender } from "../store/history/event-appender.ts";
import { replaceKey } from "../store/history/log/keys.ts";
import { putCheckpoint, readTree, tryLogLock } from "../store/history/log/seal.ts";
import type { Pool } from "../store/postgres/pool.ts";
import { inTransaction } from "../store/postgres/statement.ts";
import { makeKeyFile } from "./key-file.ts";
import { historyKeyFile, loadLogKey, logKey, newSecret, nextKeyFile } from "./log-key.ts";

/**
 * A new key takes the place of the one that signs the history. One checkpoint is signed with both, so whoever
 * trusts the old one can trust the new. Answers the new verifier key. Rejects CannotStart, and everything
 * stays as it was then. After a crash the next worker finishes it, or the next call does it anew.
 */
export async function rotateLogKey(
  { config, pool, clock }: { readonly config: Config; readonly pool: Pool; readonly clock: Clock },
  by: Pick<HistoryEvent, "actor" | "detail">,
): Promise<string> {
  const old = await loadLogKey({ config, pool });
  const secret = createPrivateKey(
    makeKeyFile(nextKeyFile(historyKeyFile(config)), newSecret(), "HISTORY_KEY_FILE"),
  );
  const next = logKey(old.verifier.name, secret);
  const at = clock.now();
  await inTransaction(pool, async (db) => {
    if (!(await tryLogLock(db))) throw new CannotStart(["the log is extended at this moment; try again"]);
    const tree = await readTree(db);
    await replaceKey(db, next.verifier);
    await putCheckpoint(db, tree, [next, old], { at, witnessed: config.historyWitnessPolicy !== undefined });
    const detail = { ...by.detail, from: old.verifier.text, to: next.verifier.text };
    await createEventAppender(db).append({
      id: uuidv7(at.getTime()),
      at,
      code: "history.keyReplaced",
      actor: by.actor,
      causes: [],
      detail,
    });
  });
  // Puts the file in its place.
  return (await loadLogKey({ config, pool })).verifier.text;
}
