import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import { turnsUntil } from "../../core/turns.ts";
import type { TargetAdapter } from "../target.ts";
import { TargetError } from "../target-failures.ts";
import type { Newcomer, NewcomerStore } from "./ports.ts";
import { type NoteLanguage, newcomerNote } from "./texts.ts";

export interface NewcomerDeps {
  readonly store: NewcomerStore;
  readonly target: Pick<TargetAdapter, "name" | "notify">;
  readonly language: NoteLanguage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Interval of the rounds of this process. */
  readonly everyMs?: number;
}

const EVERY_MS = 10_000;
const NOTES_PER_ROUND = 20;
/** Longer than one round can take. */
const LEASE_MS = 10 * 60_000;
/** A manager may be named, or may arrive at the target, a little later than the person. */
const MANAGER_AGAIN_MS = 5 * 60_000;
const GIVE_UP_MS = 24 * 3_600_000;
const BASE_MS = 60_000;
const MOST_MS = 60 * 60_000;

/** Sends notes about newcomers to their managers until `signal` is aborted. */
export async function notifyManagers(deps: NewcomerDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, logger, target, everyMs = EVERY_MS } = deps;
  const turn = async (): Promise<undefined> => {
    await store.notice(clock.now());
    // One after the other: notes are never urgent.
    for (const newcomer of await store.take(clock.now(), { count: NOTES_PER_ROUND, leaseMs: LEASE_MS }))
      await notify(newcomer, deps, signal);
  };
  const failed = "managers could not be notified of newcomers; retrying";
  await turnsUntil(signal, turn, { clock, logger, everyMs, failed, fields: { target: target.name } });
}

/**
 * After a crash between the call and its record the note is sent again. DingTalk shows a person the same note
 * once a day.
 */
async function notify(
  newcomer: Newcomer,
  { store, target, language, clock, logger, random }: NewcomerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { id, outcome, cameAt, attempts, attributes = {} } = newcomer;
  const now = clock.now();
  const isOver = now.getTime() - cameAt.getTime() > GIVE_UP_MS;
  const { manager, name, title } = attributes;
  if (typeof manager !== "string" || manager === "" || typeof name !== "string") {
    if (isOver) return store.giveUp(id, "nobody");
    return store.later(id, new Date(now.getTime() + MANAGER_AGAIN_MS));
  }
  try {
    const note = newcomerNote(language, {
      name,
      ...(typeof title === "string" && title !== "" ? { title } : {}),
    });
    await target.notify?.(manager, note, { signal });
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    logger.warn(
      { target: target.name, entityId: id, answer: error.answer, attempt: attempts },
      "a manager could not be notified of a newcomer",
    );
    if (isOver) return store.giveUp(id, "failed");
    return store.later(id, new Date(now.getTime() + backoffMs(attempts - 1, random(), BASE_MS, MOST_MS)));
  }
  const at = clock.now();
  await store.sent(id, {
    id: uuidv7(at.getTime()),
    at,
    code: "newcomer.told",
    actor: "worker",
    causes: [outcome],
    subject: { kind: "user", id },
    target: target.name,
  });
}
