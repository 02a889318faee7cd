import type pg from "pg";
import { fold } from "../core/fold.ts";
import { isUuid } from "../core/id.ts";
import type { DirectoryStore, Fact } from "../directory/ports.ts";
import type { StoredUser, UserContent } from "../directory/user.ts";
import { createList } from "./list.ts";
import { run, type Statement } from "./postgres.ts";
import { appendEvent, causedBy, eventRow, markDue, PRIORITY, wakeUp } from "./sql.ts";

const COLUMNS = "active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref, email_keys, document";
const COLUMN_COUNT = 9;

/** An empty string is no value (RFC 7643 section 2.5): it is neither unique nor first in an order. */
const key = (text: string | undefined): string | null => (text ? fold(text) : null);

const columnValues = ({ columns, document }: UserContent): unknown[] => [
  columns.active,
  columns.userName,
  fold(columns.userName),
  key(columns.displayName),
  columns.externalId || null,
  key(columns.employeeNumber),
  columns.managerRef || null,
  columns.emails.map(fold),
  JSON.stringify(document),
];

const parameters = (first: number, count: number): string => Array.from({ length: count }, (_, i) => `$${first + i}`).join(", ");

/** The tail of every write of one user: event, mark, wake-up, each only if the write happened (`done` has a row). */
const consequences = (event: number, priority: number, targets: number): string => `
  event as (${appendEvent(event, "done")}),
  marked as (${markDue(`(select 'user'::text as kind, done.id as entity_id, $${priority}::smallint as priority, ${causedBy(event)} as causes from done) m`, `$${targets}::text[]`)}),
  woken as (${wakeUp("marked")})`;

const INSERT: Statement = {
  name: "user-insert",
  text: `with done as (
    insert into users (id, source_id, created_at, modified_at, ${COLUMNS})
    values ($1, $2, $3, $3, ${parameters(4, COLUMN_COUNT)}) returning id),
  ${consequences(13, 14, 15)}
  select (select count(*) from woken) as woken from done`,
};

const UPDATE: Statement = {
  name: "user-update",
  text: `with done as (
    update users set version = version + 1, modified_at = $4, (${COLUMNS}) = row(${parameters(5, COLUMN_COUNT)})
     where id = $1 and source_id = $2 and version = $3 returning id, version, created_at),
  ${consequences(14, 15, 16)}
  select done.version, done.created_at, (select count(*) from woken) as woken, ${groupsOf("done.id")} as groups from done`,
};

const DELETE: Statement = {
  name: "user-delete",
  text: `with done as (delete from users where id = $1 and source_id = $2 and version = $3 returning id),
  ${consequences(4, 5, 6)}
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

const GET: Statement = { name: "user-get", text: `select ${SELECT} from users u where u.id = $1 and u.source_id = $2` };

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

type Users = Pick<DirectoryStore, "insertUser" | "updateUser" | "deleteUser" | "getUser" | "listUsers">;

export function createUserStore(pool: pg.Pool, targets: readonly string[]): Users {
  const tail = (fact: Fact) => [eventRow(fact.event), fact.marks.some((mark) => mark.urgent) ? PRIORITY.urgent : PRIORITY.person, targets];

  return {
    async insertUser(sourceId, id, content, at, fact) {
      const values = columnValues(content);
      await run(pool, INSERT, [id, sourceId, at, ...values, ...tail(fact)]);
      return { id, version: 1, createdAt: at, modifiedAt: at, document: values.at(-1) as string, groups: "" };
    },

    async updateUser(sourceId, id, expected, content, at, fact) {
      const values = columnValues(content);
      const [row] = await run<UserRow>(pool, UPDATE, [id, sourceId, expected, at, ...values, ...tail(fact)]);
      return row && stored({ ...row, id, modified_at: at, document: values.at(-1) as string });
    },

    async deleteUser(sourceId, id, expected, fact) {
      return (await run(pool, DELETE, [id, sourceId, expected, ...tail(fact)])).length > 0;
    },

    async getUser(sourceId, id) {
      if (!isUuid(id)) return undefined;
      const [row] = await run<UserRow>(pool, GET, [id, sourceId]);
      return row && stored(row);
    },

    listUsers: createList(pool, { resource: "User", table: "users u", select: SELECT, alias: "u", row: stored }),
  };
}
