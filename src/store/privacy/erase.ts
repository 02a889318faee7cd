import type pg from "pg";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { AskedBy, EraseResult, Erasure, ErasureStore } from "../../privacy/subjects.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import { personOf } from "../references.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, causedBy, eventRow, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { forgetValues } from "./forget-values.ts";
import { IS_KNOWN } from "./known.ts";
import { lockSubject } from "./lock-subject.ts";
import { DIRECTORY_STORE, PERSONAL_STORES } from "./personal-stores.ts";
import { nameOf, subjectEvent } from "./subject-event.ts";

/* Erases a person in one transaction: deletes the data in all tables, destroys the key, and records the erasure. */

const statement = (name: string, text: string): Statement => ({ name: `erase-${name}`, text });

const FACTS = statement(
  "facts",
  `with locked as materialized (select u.id, u.active, u.email_keys || u.user_name_key || u.display_name_key as names from users u
      where u.id = $1 or u.person_id = $1 for update)
   select ${IS_KNOWN} as known,
    coalesce((select p.active from persons p where p.id = $1), (select bool_or(l.active) from locked l)) as active,
    (select array_agg(distinct r.id) from (
        select l.id from locked l union all select j.record_id from person_joins j where j.person_id = $1 and j.state = 'joined') r) as records,
    (select max(h.held_at) from legal_holds h where h.subject = $1 or h.subject in (select l.id from locked l)) as "heldAt",
    exists (select from erasures e where e.subject = $1) as erased,
    (select array_agg(distinct n.name) from locked l cross join unnest(l.names) n(name) where n.name is not null) as names`,
);

/** Locks the person before the records, in the same order as writes of records do. */
const LOCK_PERSON = statement("lock-person", "select from persons where id = $1 for update");
/** The person of a record. If the person has several records, all of them are erased. */
const PERSON_OF = statement("person-of", `select ${personOf("$1::uuid")} as id`);

const RECORD = statement(
  "record",
  `with done as (insert into erasures (subject, basis, erased_by, erased_at) values ($1, $2, $3, $4) on conflict (subject) do nothing returning 1)
   ${appendEvent(5, "(select 1) as once")}`,
);

/** The event and the mark of a deletion by a SCIM client. The loop then removes the person from the target. */
const DELETED = statement(
  "deleted",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue(`(select 'user'::text as kind, $2::uuid as entity_id, ${PRIORITY.urgent}::smallint as priority, ${causedBy(1)} as causes) m`, "$3::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

const LIST = statement(
  "list",
  `select e.subject, e.basis, e.erased_by as by, e.erased_at as at from erasures e order by e.erased_at, e.subject`,
);

/** Erased people with data that was written later: by a run that was in progress, or by one that read the target before it removed the person. */
const LEFT = statement(
  "left",
  `select e.subject from erasures e
    where exists (select from entity_states s where s.kind = 'user' and s.entity_id = e.subject)
       or exists (select from links l where l.kind = 'user' and l.entity_id = e.subject)
       or exists (select from removed_people r where r.entity_id = e.subject)
       or exists (select from adoptions a where a.kind = 'user' and a.entity_id = e.subject)`,
);

interface Facts extends pg.QueryResultRow {
  readonly known: boolean;
  /** Null: the directory has no such person. */
  readonly active: boolean | null;
  /** Ids of the person's records, including those that their source has deleted. Null: there are none. */
  readonly records: readonly string[] | null;
  readonly heldAt: Date | null;
  readonly erased: boolean;
  readonly names: readonly string[] | null;
}

export interface ErasureDeps {
  readonly pool: pg.Pool;
  readonly vault: Pick<Vault, "destroy">;
  readonly clock: Clock;
  /** Targets that must remove the person too. */
  readonly targets: readonly string[];
}

export function createErasures({ pool, vault, clock, targets }: ErasureDeps): ErasureStore {
  /** Erases one person. If the directory still has the person, the person is deleted there too. */
  async function erase(db: Queryable, { subject, basis, by, at }: Erasure, asked: AskedBy, facts: Facts, replayed: boolean): Promise<void> {
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
    const event = subjectEvent("subject.erased", subject, asked, clock, { basis, ...(replayed ? { replayed } : {}) });
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
        // A hold that is older than the erasure was released before it, so it does not count. A newer hold counts.
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
export async function clearStores(db: Queryable, subjects: readonly string[], names: readonly string[]): Promise<void> {
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
