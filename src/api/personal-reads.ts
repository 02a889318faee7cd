import type { Response } from "express";
import type { Clock } from "../core/clock.ts";
import type { EntityRef } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import type { Changes } from "../history/event.ts";
import type { PersonalReadLog } from "../history/personal-reads.ts";
import { requestContext } from "../http/request-context.ts";
import { maySeeValues, withoutValues } from "./requests.ts";

/*
 * Values of people are shown to callers with the scope `history:personal`. Each time the people are recorded.
 */

/** Data that may have values of a person. */
export interface Valued {
  readonly of: EntityRef | undefined;
  readonly changes: Changes | undefined;
}

export interface PersonalReads {
  /**
   * Whether the caller may see values. Then the people in `shown` are recorded before the answer. Rejects if
   * that cannot be stored; then nothing may be shown. `address`: of the API, without ids.
   */
  mayShow(res: Response, address: string, shown: readonly Valued[]): Promise<boolean>;
}

/** Maximum number of people named in the event. personal_reads has all of them. */
const MOST_NAMED = 100;

/** An open page repeats its requests. Within this time they count as one. */
const SAME_MS = 60_000;

export function createPersonalReads(log: PersonalReadLog, clock: Clock): PersonalReads {
  /** Recently recorded, oldest first. */
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
      const people = shown.flatMap(({ of, changes }) =>
        of?.kind === "user" && hasValues(changes) ? [of.id] : [],
      );
      const subjects = [...new Set(people)].sort();
      if (subjects.length === 0) return true;
      const { actor, requestId, sourceId } = requestContext(res);
      const key = [actor, address, ...subjects].join(" ");
      if (!isNew(key)) return true;
      const at = clock.now();
      // Without a subject, because the event is not part of the read person's history.
      const detail = { address, people: subjects.length, subjects: subjects.slice(0, MOST_NAMED) };
      await log.append(
        {
          id: uuidv7(at.getTime()),
          at,
          code: "personal.read",
          actor,
          requestId,
          sourceId,
          causes: [],
          detail,
        },
        subjects,
      );
      noted.set(key, clock.monotonicMs());
      return true;
    },
  };
}

const hasValues = (changes: Changes = {}): boolean =>
  Object.values(changes).some(({ before, after }) => before !== undefined || after !== undefined);

/** The changes, without values if these may not be shown. */
export const shownChanges = (maySee: boolean, changes: Changes): Changes =>
  maySee ? changes : withoutValues(changes);
