import type pg from "pg";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { AskedBy, EraseResult, Erasure, ErasureStore } from "../../privacy/subjects.ts";
import { inTransaction, type Queryable, run } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { eventRow } from "../write-sql.ts";
import {
  DELETED,
  FACTS,
  type Facts,
  LEFT,
  LIST,
  LOCK_PERSON,
  PERSON_OF,
  RECORD,
  statement,
} from "./erase-statements.ts";
import { forgetValues } from "./forget-values.ts";
import { lockSubject } from "./lock-subject.ts";
import { DIRECTORY_STORE, PERSONAL_STORES } from "./personal-stores.ts";
import { nameOf, subjectEvent } from "./subject-event.ts";

/*
 * Erases a person in one transaction: deletes the data in all tables, destroys the key, and records the
 * erasure.
 */

export interface ErasureDeps {
  readonly pool: pg.Pool;
  readonly vault: Pick<Vault, "destroy">;
  readonly clock: Clock;
  /** Targets that must remove the person too. */
  readonly targets: readonly string[];
}

export function createErasures({ pool, vault, clock, targets }: ErasureDeps): ErasureStore {
  /** Erases one person. If the directory still has the person, the person is deleted there too. */
  async function erase(
    db: Queryable,
    { subject, basis, by, at }: Erasure,
    asked: AskedBy,
    facts: Facts,
    replayed: boolean,
  ): Promise<void> {
    const deleted = subjectEvent("user.deleted", subject, asked, clock, {});
    const subjects = [...new Set([subject, ...(facts.records ?? [])])];
    if (facts.active !== null) {
      await run(db, statement(DIRECTORY_STORE.table, DIRECTORY_STORE.erase), [subjects]);
      await run(db, DELETED, [eventRow(deleted), subject, targets]);
    }
    await clearStores(db, subjects, facts.names ?? []);
    await vault.destroy(
      db,
      subjects.map((id) => ({ kind: "user", id })),
    );
    await forgetValues(db, subjects);
    const event = subjectEvent("subject.erased", subject, asked, clock, {
      basis,
      ...(replayed ? { replayed } : {}),
    });
    const causes = facts.active === null ? [] : [deleted.id];
    await run(db, RECORD, [subject, basis, by, at, eventRow({ ...event, causes })]);
  }

  const factsOf = async (db: Queryable, subject: string): Promise<Facts> => {
    await lockSubject(db, subject);
    await run(db, LOCK_PERSON, [subject]);
    return (await run<Facts>(db, FACTS, [subject]))[0]!;
  };

  return {
    async erase(id, basis, asked) {
      if (!isUuid(id)) return { result: "unknown" };
      return inTransaction(pool, async (db) => {
        const [person] = await run<{ id: string }>(db, PERSON_OF, [id]);
        const subject = person!.id;
        const facts = await factsOf(db, subject);
        const refused = refusal(facts);
        if (refused) return { result: refused };
        const erasure = { subject, basis, by: nameOf(asked), at: clock.now() };
        await erase(db, erasure, asked, facts, false);
        return { result: "done", erasure } as const;
      });
    },

    replay: (erasure) =>
      inTransaction(pool, async (db) => {
        const facts = await factsOf(db, erasure.subject);
        // A hold that is older than the erasure was released before it, so it does not count. A newer hold
        // counts.
        if (facts.erased || !facts.known || (facts.heldAt && facts.heldAt > erasure.at)) return false;
        await erase(db, erasure, { actor: "system" }, facts, true);
        return true;
      }),

    list: () => run<Erasure & pg.QueryResultRow>(pool, LIST, []),

    async clearAgain() {
      const left = (await run<{ subject: string }>(pool, LEFT, [])).map(({ subject }) => subject);
      for (let at = 0; at < left.length; at += SLICE) await clearStores(pool, left.slice(at, at + SLICE), []);
    },
  };
}

const SLICE = 500;

/** Clears the tables in a fixed order, so that concurrent calls cannot deadlock. */
export async function clearStores(
  db: Queryable,
  subjects: readonly string[],
  names: readonly string[],
): Promise<void> {
  for (const { table, erase } of PERSONAL_STORES) {
    // Only some statements have the parameter with names.
    const values = erase.includes("$2") ? [subjects, names] : [subjects];
    await run(db, statement(table, erase), values);
  }
}

function refusal({ known, active, heldAt, erased }: Facts): Exclude<EraseResult, "done"> | undefined {
  if (!known) return "unknown";
  if (heldAt) return "held";
  if (active) return "active";
  return erased ? "already" : undefined;
}
