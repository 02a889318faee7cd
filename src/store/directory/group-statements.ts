import { fold } from "../../core/text/fold.ts";
import type { GroupContent } from "../../directory/group.ts";
import type { Statement } from "../postgres/statement.ts";
import { personOf } from "../references.ts";
import { appendEvent, causedBy, markDue, PRIORITY, wakeUp } from "../write-sql.ts";

export const INSERT: Statement = {
  name: "group-insert",
  // The version begins at 0, because the statement that adds the first members raises it to 1.
  text: `with keyed as (insert into subject_keys (subject, kind, wrapped) values ($1, 'group', $8::bytea))
    insert into groups (id, source_id, version, created_at, modified_at, display_name, display_name_key, external_id, document)
    values ($1, $2, 0, $3, $3, $4, $5, $6, $7)`,
};

export const UPDATE_CONTENT: Statement = {
  name: "group-update",
  text: `update groups set display_name = $4, display_name_key = $5, external_id = $6, document = $7
     where id = $1 and source_id = $2 and version = $3 returning id`,
};

export const EXISTS: Statement = {
  name: "group-exists",
  text: "select 1 from groups where id = $1 and source_id = $2",
};

export const contentValues = ({ columns, document }: GroupContent): unknown[] => [
  columns.displayName,
  fold(columns.displayName),
  columns.externalId || null,
  JSON.stringify(document),
];

/** Deletes a group with its memberships. Marks the group and all its members. */
export const DELETE: Statement = {
  name: "group-delete",
  text: `with listed as (select distinct ${personOf("m.user_id")} as user_id from group_members m where m.group_id = $1),
  done as (delete from groups where id = $1 and source_id = $2 and version = $3 returning id),
  event as (${appendEvent(4, "done")}),
  marked as (${markDue(
    `(select 'user'::text as kind, listed.user_id as entity_id, ${PRIORITY.person}::smallint as priority, ${causedBy(4)} as causes
        from listed, done
      union all
      select 'group', done.id, ${PRIORITY.structure}::smallint, ${causedBy(4)} from done) m`,
    "$5::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken from done`,
};

export const MEMBERS_PAGE = 2_000;

export const USER_MEMBERS: Statement = {
  name: "group-user-members",
  text: `select m.user_id as id, u.document->>'displayName' as display from group_members m join users u on u.id = m.user_id
    where m.group_id = $1 and m.user_id > $2 order by m.user_id limit ${MEMBERS_PAGE}`,
};

export const GROUP_MEMBERS: Statement = {
  name: "group-group-members",
  text: `select c.child_id as id, g.display_name as display from group_children c join groups g on g.id = c.child_id
    where c.group_id = $1 and c.child_id > $2 order by c.child_id limit ${MEMBERS_PAGE}`,
};
