import type pg from "pg";
import { isUuid } from "../core/id.ts";
import type { DirectoryStore } from "../directory/ports.ts";
import type { StoredUser } from "../directory/user.ts";
import { createList } from "./list.ts";
import { createLookup } from "./lookup.ts";
import { withMatches } from "./match.ts";
import type { ListTable } from "./page-statement.ts";
import { run, type Statement } from "./postgres.ts";
import { appendEvent, causedBy, eventRow, markDue, wakeUp } from "./sql.ts";
import { createUserWrites, priorityOf } from "./user-writes.ts";

const DELETE: Statement = {
  name: "user-delete",
  text: `with done as (delete from users where id = $1 and source_id = $2 and version = $3 returning id),
  event as (${appendEvent(4, "done")}),
  marked as (${markDue(`(select 'user'::text as kind, done.id as entity_id, $5::smallint as priority, ${causedBy(4)} as causes from done) m`, "$6::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken from done`,
};

/** Groups of a person as JSON text: those that list them, and through nesting those that contain these (RFC 7643 section 4.1.2). */
function groupsOf(id: string): string {
  return `(select json_agg(json_build_object('value', g.id, 'display', g.display_name, 'type', x.type) order by g.id)::text
    from (select m.group_id, 'direct' as type from group_members m where m.user_id = ${id}
          union all
          select a.ancestor_id, 'indirect' from group_members m join group_ancestors a on a.group_id = m.group_id
           where m.user_id = ${id} and not exists (select 1 from group_members d where d.group_id = a.ancestor_id and d.user_id = ${id})
           group by a.ancestor_id) x
    join groups g on g.id = x.group_id)`;
}

const SELECT = `u.id, u.version, u.created_at, u.modified_at, u.document, ${groupsOf("u.id")} as groups`;

interface UserRow extends pg.QueryResultRow {
  id: string;
  version: number;
  created_at: Date;
  modified_at: Date;
  document: string;
  groups: string | null;
}

const stored = (row: UserRow): StoredUser => ({
  id: row.id,
  version: row.version,
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
  document: row.document,
  groups: row.groups ?? "",
});

const TABLE: ListTable<UserRow, StoredUser> = { resource: "User", table: "users u", select: SELECT, alias: "u", row: stored };

type Users = Pick<DirectoryStore, "insertUser" | "updateUser" | "deleteUser" | "getUser" | "listUsers">;

export function createUserStore(pool: pg.Pool, targets: readonly string[]): Users {
  const writes = createUserWrites(pool, targets, groupsOf);
  const byId = createLookup(pool, TABLE, { name: "user-id", column: "u.id", type: "uuid" });
  const byUserName = createLookup(pool, TABLE, { name: "user-name", column: "u.user_name_key", type: "text" });
  const byExternalId = createLookup(pool, TABLE, { name: "user-external-id", column: "u.external_id", type: "text" });

  return {
    async insertUser(sourceId, id, content, at, fact) {
      const document = JSON.stringify(content.document);
      await writes.insert({ sourceId, id, content, document, at, fact });
      return { id, version: 1, createdAt: at, modifiedAt: at, document, groups: "" };
    },

    async updateUser(sourceId, id, expected, content, at, fact) {
      const document = JSON.stringify(content.document);
      const row = await writes.update({ sourceId, id, expected, content, document, at, fact });
      return row && stored({ ...row, modified_at: at, document });
    },

    async deleteUser(sourceId, id, expected, fact) {
      return (await run(pool, DELETE, [id, sourceId, expected, eventRow(fact.event), priorityOf(fact), targets])).length > 0;
    },

    getUser: async (sourceId, id) => (isUuid(id) ? byId(sourceId, id) : undefined),

    listUsers: withMatches({ id: byId, userName: byUserName, externalId: byExternalId }, createList(pool, TABLE)),
  };
}
