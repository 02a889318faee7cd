import type { Clock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import { uuidv7 } from "../core/id.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { Config } from "../settings/config.ts";
import type { Pool } from "../store/postgres/pool.ts";
import { replaceKeyFile } from "./key-file.ts";
import { keysIn, newEncryptionKey, openKeyRing } from "./open-vault.ts";

interface Installation {
  readonly config: Config;
  readonly pool: Pool;
  readonly clock: Clock;
}

export interface EncryptionKeys {
  readonly inForce: string;
  /** In the file, in its order. */
  readonly keys: readonly string[];
  /** Keys of people that were put under the one in force. */
  readonly wrapped: number;
}

/**
 * Puts the last key of the file in force, and adds a new one before where there is no other. Keys of people
 * are wrapped under it; values and events stay as they are. Can be repeated: what processes that run with the
 * key before have made meanwhile is wrapped then. Rejects CannotStart.
 */
export async function rotateEncryptionKey(
  installation: Installation,
  by: Pick<HistoryEvent, "actor" | "detail">,
): Promise<EncryptionKeys> {
  const { ring, register, keys, path } = await openKeyRing(installation);
  const before = ring.current.id;
  const isLast = keys.at(-1)!.id === before;
  const text = isLast
    ? replaceKeyFile(path, (held) => `${held.trimEnd()}\n${newEncryptionKey()}`, "ENCRYPTION_KEY_FILE")
    : undefined;
  const next = text === undefined ? keys.at(-1)! : keysIn(text, path).at(-1)!;
  const at = installation.clock.now();
  const detail = { ...by.detail, from: before, to: next.id };
  const event: HistoryEvent = {
    id: uuidv7(at.getTime()),
    at,
    code: "history.encryptionKeyReplaced",
    actor: by.actor,
    causes: [],
    detail,
  };
  if (!(await register.replace(before, next.id, event)))
    throw new CannotStart(["another key was put in force at the same moment; look, and try again"]);
  return wrapKeys(installation);
}

/** Puts keys of people under the key in force, where they are under another one. */
export async function wrapKeys(installation: Installation): Promise<EncryptionKeys> {
  const { ring, register, keys } = await openKeyRing(installation);
  const wrapped = await register.wrapOthers(ring.current, ring);
  return { inForce: ring.current.id, keys: keys.map(({ id }) => id), wrapped };
}
