import type pg from "pg";
import type { Fact } from "../../directory/ports.ts";
import type { StoredUser } from "../../directory/user.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { LeftSource } from "../../persons/record.ts";
import { isDated } from "../../schedule/dated.ts";
import { storedColumns } from "../directory/stored-rows.ts";
import { USER_ROWS, usersOf } from "../directory/user-rows.ts";
import { DONE, GIVEN, type UserWrite, userRow } from "../directory/user-writes.ts";
import type { JoinedWrites } from "../joined-writes.ts";
import { type Packed, packed, rowsOf } from "../postgres/row-encoding.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { mayRename } from "../references.ts";
import { appendEvent } from "../write-sql.ts";
import { createJoinSearch } from "./joins/search.ts";
import { beforeOf, mayBeSomebodyElse, ofRecord, originOf } from "./record-events.ts";
import { markReferrers, namesOfRecord } from "./referrers.ts";
import { enterPerson, lockPerson, type SettleDeps, settlePerson } from "./settle.ts";
import { inPersonTransaction } from "./transaction.ts";

/*
 * Writes of a record whose person has several records or dates, in one transaction. The record is written as
 * its source sent it. Then the person is computed again, and marked only if it has changed.
 */

const statement = (name: string, text: string): Statement => ({ name: `joined-${name}`, text });

const PERSON_OF = statement(
  "person-of",
  `select u.person_id, s.name as source from users u join sources s on s.id = u.source_id where u.id = $1 and u.source_id = $2`,
);

const UPDATE = statement(
  "update",
  `with ${GIVEN}, ${DONE("u.person_id = $2::uuid")} ${packed(`select ${storedColumns("d", "''")} from done d`, USER_ROWS)}`,
);

const DELETE = statement(
  "delete",
  "delete from users where id = $1 and source_id = $2 and version = $3 and person_id = $4 returning id",
);

const APPEND = statement("append", appendEvent(1, "(select 1) as once"));

interface Whose {
  readonly personId: string;
  readonly source: LeftSource;
}

export function createJoinedWrites(pool: pg.Pool, deps: SettleDeps): JoinedWrites {
  const { vault, targets } = deps;
  const search = createJoinSearch(pool, deps);
  const hasDates: JoinedWrites["isDated"] = ({ content, at }) =>
    isDated(content.document, deps.dates.rules, at);

  /**
   * The person of the record, with its row locked. "alone": the record has no person row. Undefined: there is
   * no such record, or its person is gone.
   */
  async function whose(db: Queryable, sourceId: string, id: string): Promise<Whose | "alone" | undefined> {
    const [row] = await run<{ person_id: string | null; source: string }>(db, PERSON_OF, [id, sourceId]);
    if (!row) return undefined;
    if (row.person_id === null) return "alone";
    return (await lockPerson(db, row.person_id))
      ? { personId: row.person_id, source: { id: sourceId, name: row.source } }
      : undefined;
  }

  /** As `whose`. A record alone whose dates matter gets its own row in `persons` first. */
  async function entered(db: Queryable, write: UserWrite): Promise<Whose | "alone" | undefined> {
    const found = await whose(db, write.sourceId, write.id);
    if (found !== "alone" || !hasDates(write)) return found;
    await enterPerson(db, write.id);
    return whose(db, write.sourceId, write.id);
  }

  async function append(db: Queryable, event: HistoryEvent): Promise<void> {
    const [row] = await vault.rows(db, [event]);
    await run(db, APPEND, [JSON.stringify(row)]);
  }

  async function changed(id: string, { event }: Fact): Promise<void> {
    if (mayBeSomebodyElse(event.changes ?? {}))
      await search.again(id, { at: event.at, actor: "system", causes: [event.id] });
  }

  return {
    insert: search.insert,

    isDated: hasDates,

    changed,

    async update(write) {
      const written = await inPersonTransaction(pool, async (db) => {
        const found = await entered(db, write);
        if (found === "alone" || found === undefined) return found;
        const renames = mayRename(write.fact.event.changes ?? {});
        const before = renames ? await namesOfRecord(db, write.id) : [];
        const user = await update(db, write, found.personId);
        if (!user) {
          // The record has another version now. `settlePerson` removes a row in `persons` that was made for
          // this write.
          await settlePerson(db, found.personId, deps, originOf(write.fact.event));
          return undefined;
        }
        const event = ofRecord(write.fact.event, "record.updated", found.personId);
        await append(db, event);
        await settlePerson(db, found.personId, deps, originOf(event), {
          written: {
            id: write.id,
            before: beforeOf(write.content.document, write.fact.event.changes),
            sent: write.content.sent,
          },
        });
        if (renames) {
          const names = [...new Set([...before, ...(await namesOfRecord(db, write.id))])];
          await markReferrers(db, { sourceId: write.sourceId, names, cause: event.id }, targets);
        }
        return user;
      });
      if (written && written !== "alone") await changed(write.id, write.fact);
      return written;
    },

    remove: (sourceId, id, expected, fact) =>
      inPersonTransaction(pool, async (db) => {
        const found = await whose(db, sourceId, id);
        if (found === "alone") return "alone";
        if (found === undefined) return false;
        const names = await namesOfRecord(db, id);
        if ((await run(db, DELETE, [id, sourceId, expected, found.personId])).length === 0) return false;
        const event = ofRecord(fact.event, "record.deleted", found.personId);
        await append(db, event);
        await settlePerson(db, found.personId, deps, originOf(event), { leaves: found.source, moved: true });
        await markReferrers(db, { sourceId, names, cause: event.id }, targets);
        return true;
      }),
  };
}

async function update(db: Queryable, write: UserWrite, personId: string): Promise<StoredUser | undefined> {
  const [answered] = await run<Packed & pg.QueryResultRow>(db, UPDATE, [`[${userRow({ write })}]`, personId]);
  const [user] = rowsOf(answered!).map(usersOf(answered!.shared));
  return user && { ...user, document: write.document };
}
