import { isUuid } from "../../core/id.ts";
import type { DirectoryStore } from "../../directory/ports.ts";
import type { JoinedWrites } from "../joined-writes.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { markWhatIsLedBy, namesOf, whoReportTo } from "../references.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, causedBy, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { createList } from "./list/list.ts";
import { createLookup } from "./lookup.ts";
import { withMatches } from "./match.ts";
import { USERS } from "./user-rows.ts";
import { createUserWrites, priorityOf } from "./user-writes.ts";

/**
 * References to the deleted person mean somebody else or nobody now. So their people and departments are
 * checked: the person may stay at the target for a while.
 */
const DELETE: Statement = {
  name: "user-delete",
  text: `with done as (
    delete from users where id = $1 and source_id = $2 and version = $3 and person_id is null returning id, source_id, active, external_id, employee_number_key),
  named as materialized (
    select d.source_id, ${namesOf("d")} as names, ($4::json->>'id')::uuid as cause from done d where d.active),
  event as (${appendEvent(4, "done")}),
  undecided as (
    delete from person_joins j using done where (j.record_id = done.id or j.person_id = done.id) and j.state in ('proposed', 'ambiguous') returning j.record_id),
  marked as (${markDue(
    `(select 'user'::text as kind, w.id as entity_id, min(w.priority)::smallint as priority, ${causedBy(4)} as causes from (
        select done.id, $5::smallint as priority from done
        union all select u.record_id, ${PRIORITY.person}::smallint from undecided u
        union all select r.id, ${PRIORITY.person}::smallint from (${whoReportTo("named")}) r where r.id <> $1) w group by w.id) m`,
    "$6::text[]",
  )}),
  marked_departments as (${markWhatIsLedBy("named")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken from done`,
};

/** Used if the store has no people with several records. */
const NONE_JOINED: JoinedWrites = {
  insert: async () => false,
  isDated: () => false,
  update: async () => "alone",
  remove: async () => "alone",
  changed: async () => undefined,
};

type Users = Pick<DirectoryStore, "insertUser" | "updateUser" | "deleteUser" | "getUser" | "listUsers">;

export function createUserStore(
  pool: Pool,
  targets: readonly string[],
  vault: Vault,
  joined = NONE_JOINED,
): Users {
  const writes = createUserWrites(pool, targets, vault);
  const byId = createLookup(pool, USERS, { name: "user-id", column: "u.id", type: "uuid" }, vault.keysOfPage);
  const byUserName = createLookup(
    pool,
    USERS,
    { name: "user-name", column: "u.user_name_key", type: "text" },
    vault.keysOfPage,
  );
  const byExternalId = createLookup(
    pool,
    USERS,
    { name: "user-external-id", column: "u.external_id", type: "text" },
    vault.keysOfPage,
  );

  return {
    async insertUser(sourceId, id, content, at, fact) {
      const document = JSON.stringify(content.document);
      const write = { sourceId, id, content, document, at, fact };
      if (!(await joined.insert(write))) await writes.insert(write);
      const instant = at.toISOString();
      return { id, version: 1, createdAt: instant, modifiedAt: instant, document, groups: [] };
    },

    async updateUser(sourceId, id, expected, content, at, fact) {
      const write = { sourceId, id, expected, content, document: JSON.stringify(content.document), at, fact };
      const written = joined.isDated(write) ? undefined : await writes.update(write);
      if (written) {
        await joined.changed(id, fact);
        return written;
      }
      const other = await joined.update(write);
      return other === "alone" ? undefined : other;
    },

    async deleteUser(sourceId, id, expected, fact) {
      const [event] = await vault.rows(pool, [fact.event]);
      if (
        (await run(pool, DELETE, [id, sourceId, expected, JSON.stringify(event), priorityOf(fact), targets]))
          .length > 0
      )
        return true;
      return (await joined.remove(sourceId, id, expected, fact)) === true;
    },

    getUser: async (sourceId, id) => (isUuid(id) ? (await byId(sourceId, id))[0] : undefined),

    listUsers: withMatches(
      { id: byId, userName: byUserName, externalId: byExternalId },
      createList(pool, USERS),
    ),
  };
}
