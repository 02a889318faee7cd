import { createHash } from "node:crypto";
import type { EventCode, HistoryEvent } from "../../history/event.ts";
import { callsOf, timeIn } from "../../history/steps.ts";

/*
 * The population of a period: everybody who joined, moved or left, with the times of the change. An auditor
 * draws a sample from it. Pure.
 */

export type Movement = "joiner" | "mover" | "leaver";

export interface Member {
  readonly movement: Movement;
  /** Id of the event of the directory. */
  readonly event: string;
  readonly code: EventCode;
  readonly subject: string;
  readonly actor: string;
  readonly requestId?: string;
  readonly received: Date;
  readonly committed: Date;
  /** Times of the first successful write to DingTalk that followed from this event. Null: there was none. */
  readonly sent: Date | null;
  readonly answered: Date | null;
}

const MOVEMENTS: Readonly<Partial<Record<EventCode, Movement>>> = {
  "user.created": "joiner",
  "user.activated": "joiner",
  "user.updated": "mover",
  "group.members": "mover",
  "user.deactivated": "leaver",
  "user.deleted": "leaver",
};

/**
 * Collects members from events in their order: the events of a period, and then the events after it. The
 * latter only add times of writes.
 */
export class Population {
  readonly #members = new Map<string, Member>();
  /** Id of an event `marks.merged` → ids of the members among its causes. */
  readonly #merged = new Map<string, readonly string[]>();
  readonly #intents = new Map<string, readonly string[]>();

  /** `within`: the event is in the period. */
  apply(event: HistoryEvent, within: boolean): void {
    const movement = MOVEMENTS[event.code];
    if (movement && within && event.subject) this.#members.set(event.id, memberOf(event, movement));
    else if (event.code === "marks.merged") this.#merged.set(event.id, this.#knownIn(event.causes));
    else if (event.code === "target.intent") {
      const known = this.#knownIn(event.causes);
      if (known.length > 0) this.#intents.set(event.id, known);
    } else if (event.code === "target.outcome") this.#answer(event);
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  #knownIn(causes: readonly string[]): readonly string[] {
    return causes.flatMap((cause) => (this.#members.has(cause) ? [cause] : (this.#merged.get(cause) ?? [])));
  }

  #answer({ causes, outcome, at, detail }: HistoryEvent): void {
    const known = this.#intents.get(causes[0] ?? "") ?? [];
    this.#intents.delete(causes[0] ?? "");
    if (outcome !== "done") return;
    for (const id of known) {
      const member = this.#members.get(id);
      if (member && member.answered === null)
        this.#members.set(id, { ...member, sent: callsOf(detail)[0]?.at ?? at, answered: at });
    }
  }
}

const memberOf = (event: HistoryEvent, movement: Movement): Member => ({
  movement,
  event: event.id,
  code: event.code,
  subject: event.subject!.id,
  actor: event.actor,
  ...(event.requestId === undefined ? {} : { requestId: event.requestId }),
  received: timeIn(event.detail, "receivedAt") ?? event.at,
  committed: event.at,
  sent: null,
  answered: null,
});

/**
 * The rank of a row of the population. Anybody can compute it with a program for SHA-256, and so draw the
 * sample again.
 */
export const rankOf = (seed: number, event: string): string =>
  createHash("sha256").update(`${seed}:${event}`).digest("hex");

/** The `size` members with the lowest ranks. */
export function drawSample(members: readonly Member[], size: number, seed: number): readonly Member[] {
  const ranked = members.map((member) => ({ member, rank: rankOf(seed, member.event) }));
  return ranked
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, size)
    .map(({ member }) => member);
}
