import type { Response } from "express";
import type { Clock } from "../core/clock.ts";
import type { EntityRef } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import type { Changes } from "../history/event.ts";
import type { PersonalReadLog } from "../history/personal-reads.ts";
import { requestContext } from "../http/request-context.ts";
import { maySeeValues, withoutValues } from "./requests.ts";

/* Values of people go out to those who have the scope `history:personal`, and each time it is noted whose. */

/** What may hold values of somebody. */
export interface Valued {
  readonly of: EntityRef | undefined;
  readonly changes: Changes | undefined;
}

export interface PersonalReads {
  /**
   * Whether the caller is shown values; then it is noted whose of `shown` there are, before the answer. Rejects when that cannot be stored, and nothing may be
   * shown then. `address`: of the API, without ids.
   */
  mayShow(res: Response, address: string, shown: readonly Valued[]): Promise<boolean>;
}

/** So many are named in the event; all are found by it (personal_reads). */
const MOST_NAMED = 100;

/** An open page is requested repeatedly: that counts as one reading. */
const SAME_MS = 60_000;

export function createPersonalReads(log: PersonalReadLog, clock: Clock): PersonalReads {
  /** Lately noted, the oldest first. */
  const noted = new Map<string, number>();
  const isNew = (key: string): boolean => {
    const now = clock.monotonicMs();
    for (const [each, at] of noted) {
      if (now - at < SAME_MS) break;
      noted.delete(each);
    }
    return !noted.has(key);
  };

  return {
    async mayShow(res, address, shown) {
      if (!maySeeValues(res)) return false;
      const people = shown.flatMap(({ of, changes }) => (of?.kind === "user" && hasValues(changes) ? [of.id] : []));
      const subjects = [...new Set(people)].sort();
      if (subjects.length === 0) return true;
      const { actor, requestId, sourceId } = requestContext(res);
      const key = [actor, address, ...subjects].join(" ");
      if (!isNew(key)) return true;
      const at = clock.now();
      // No subject: what people read is no part of the story of the one they read about.
      const detail = { address, people: subjects.length, subjects: subjects.slice(0, MOST_NAMED) };
      await log.append({ id: uuidv7(at.getTime()), at, code: "personal.read", actor, requestId, sourceId, causes: [], detail }, subjects);
      noted.set(key, clock.monotonicMs());
      return true;
    },
  };
}

const hasValues = (changes: Changes = {}): boolean =>
  Object.values(changes).some(({ before, after }) => before !== undefined || after !== undefined);

/** The same without values, unless they may be shown. */
export const shownChanges = (maySee: boolean, changes: Changes): Changes => (maySee ? changes : withoutValues(changes));
