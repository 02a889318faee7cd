import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { JsonObject } from "../../../core/entity.ts";
import { isUuid } from "../../../core/id.ts";
import { sameJson } from "../../../core/json/same-json.ts";
import type { JoinOrigin } from "../../../persons/ports.ts";
import { isDated } from "../../../schedule/dated.ts";
import { scheduleOf } from "../../../schedule/schedule.ts";
import { userRow } from "../../directory/user-writes.ts";
import type { JoinedWrites } from "../../joined-writes.ts";
import { keyColumns } from "../../key-columns.ts";
import { type Queryable, run } from "../../postgres/statement.ts";
import { inSlices } from "../../postgres/walk.ts";
import { PRIORITY } from "../../write-sql.ts";
import { enterPerson, type SettleDeps, settlePerson } from "../settle.ts";
import { inPersonTransaction } from "../transaction.ts";
import { type ComparedRecord, compareRecord } from "./compare.ts";
import { conclude, type Searching } from "./conclude.ts";
import { lockValues, type MatchColumns, valuesOf } from "./join-locks.ts";
import {
  ALONE,
  CLEAR,
  INSERT,
  PROPOSED_AS,
  SLICE,
  TELL_NEW,
  TELL_ONLY,
  VALUES_OF,
} from "./search-statements.ts";

/*
 * Searches for the person of a record: for a new record, for a record whose keys have changed, and for all
 * records on request.
 */

export interface JoinSearch {
  readonly insert: JoinedWrites["insert"];
  /** Compares a record whose keys have changed, and the records that may be the same person. */
  again(recordId: string, origin: JoinOrigin): Promise<void>;
  /** Compares all records that are alone. */
  all(origin: JoinOrigin): Promise<Searching>;
}

/** True: the mapping has rules to join records. */
export const compares = ({ rules }: SettleDeps): boolean => rules.join.length > 0;

export function createJoinSearch(pool: pg.Pool, deps: SettleDeps): JoinSearch {
  const { vault, targets } = deps;

  /**
   * Compares one record. `whose`: the record that must be compared instead, because it is proposed as this
   * one.
   */
  const lookAt = (
    recordId: string,
    origin: JoinOrigin,
  ): Promise<{ readonly news?: keyof Searching | undefined; readonly whose?: string }> =>
    inPersonTransaction(pool, async (db) => {
      const before = await columnsOf(db, recordId);
      if (!before) return {};
      await lockValues(db, before, deps.rules);
      const now = await columnsOf(db, recordId);
      // Another transaction has changed the values, and compares the record itself.
      if (!now || !sameJson(valuesOf(now, deps.rules), valuesOf(before, deps.rules))) return {};
      const compared = await compareRecord(db, recordId, deps, origin.at);
      if (!compared) return {};
      const whose = turnOf(recordId, compared);
      return whose === recordId
        ? { news: await conclude(db, deps, { recordId, compared }, origin) }
        : { whose };
    });

  const isThere = (document: JsonObject, now: Date): boolean =>
    scheduleOf(
      { before: undefined, after: document, pending: [] },
      { rules: deps.dates.rules, now, newId: randomUUID },
    ).effective.active !== false;

  return {
    async insert(write) {
      const { fact, id, content } = write;
      const dated = isDated(content.document, deps.dates.rules, write.at);
      if (!compares(deps) && !dated) return false;
      const made = await inPersonTransaction(pool, async (db) => {
        if (compares(deps)) await lockValues(db, keyColumns(content.columns), deps.rules);
        const first = vault.first(fact.event);
        await run(db, INSERT, [`[${userRow({ write, event: first.row, wrapped: first.wrapped })}]`]);
        const origin: JoinOrigin = { at: write.at, actor: "system", causes: [fact.event.id] };
        // A record whose day of hire is still to come counts as inactive in the comparison.
        const isActive = dated ? isThere(content.document, write.at) : undefined;
        const compared = compares(deps) ? await compareRecord(db, id, deps, write.at, isActive) : undefined;
        const joined =
          compared &&
          (await conclude(db, deps, { recordId: id, compared, fresh: true }, origin)) === "joined";
        // A record that was joined is no new person: its event is `record.created`, without a mark.
        if (joined) await run(db, TELL_ONLY, [JSON.stringify({ ...first.row, code: "record.created" })]);
        else await run(db, TELL_NEW, [JSON.stringify(first.row), id, PRIORITY.person, targets]);
        if (dated && !joined && (await enterPerson(db, id))) {
          const { sourceId, requestId } = fact.event;
          const by = {
            ...(sourceId === undefined ? {} : { sourceId }),
            ...(requestId === undefined ? {} : { requestId }),
          };
          const asked = { ...origin, ...by, actor: fact.event.actor };
          await settlePerson(db, id, deps, asked, { written: { id, before: undefined }, isNew: true });
        }
        return first;
      });
      made.keep();
      return true;
    },

    async again(recordId, origin) {
      if (!compares(deps) || !isUuid(recordId)) return;
      const { whose } = await lookAt(recordId, origin);
      if (whose !== undefined) await lookAt(whose, origin);
      for (const { record_id: id } of await run<{ record_id: string }>(pool, PROPOSED_AS, [recordId]))
        await lookAt(id, origin);
    },

    async all(origin) {
      const counts = { joined: 0, proposed: 0 };
      if (!compares(deps)) return counts;
      await run(pool, CLEAR, []);
      for await (const rows of inSlices<{ id: string }>(pool, ALONE, SLICE, (last) => [last])) {
        // One transaction for each record. A single transaction with thousands of them would block clients.
        for (const { id } of rows) {
          const { news } = await lookAt(id, origin);
          if (news) counts[news] += 1;
        }
      }
      return counts;
    },
  };
}

const columnsOf = async (db: Queryable, recordId: string): Promise<MatchColumns | undefined> =>
  (await run<MatchColumns & pg.QueryResultRow>(db, VALUES_OF, [recordId]))[0];

/**
 * Of two matching records, the one without an account at the target is proposed as the other. If both or none
 * has an account, it is the later one.
 */
function turnOf(recordId: string, { match, linked, linkedPersons }: ComparedRecord): string {
  if (match.kind !== "somebody") return recordId;
  const otherLinked = linkedPersons.has(match.personId);
  const isOwn = linked === otherLinked ? match.personId < recordId : otherLinked;
  return isOwn ? recordId : match.personId;
}
