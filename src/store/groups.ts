import type pg from "pg";
import { fold } from "../core/fold.ts";
import { isUuid } from "../core/id.ts";
import type { GroupContent, Member, MemberChange, StoredGroup } from "../directory/group.ts";
import type { DirectoryStore, Fact, MembersChanged } from "../directory/ports.ts";
import { createList } from "./list.ts";
import { changeNesting, leaveNesting, lockNesting, refreshAncestors } from "./nesting.ts";
import { inTransaction, type Queryable, run, type Statement } from "./postgres.ts";
import { appendEvent, causedBy, eventRow, markDue, PRIORITY, wakeUp } from "./sql.ts";

const INSERT: Statement = {
  name: "group-insert",
  // Version 0: the statement that adds the first members counts it up to 1.
  text: `insert into groups (id, source_id, version, created_at, modified_at, display_name, display_name_key, external_id, document)
    values ($1, $2, 0, $3, $3, $4, $5, $6, $7)`,
};

const UPDATE_CONTENT: Statement = {
  name: "group-update",
  text: `update groups set display_name = $4, display_name_key = $5, external_id = $6, document = $7
     where id = $1 and source_id = $2 and version = $3 returning id`,
};

const contentValues = ({ columns, document }: GroupContent): unknown[] => [
  columns.displayName,
  fold(columns.displayName),
  columns.externalId || null,
  JSON.stringify(document),
];

/**
 * Members of a group as one statement that touches only the rows named: takes the group's row, refuses unknown ids as a whole, inserts, deletes, counts
 * the version up if anything changed, completes the event with who really joined and left, marks those people (and the group, when `$8`), wakes the worker.
 * Parameters: 1 group, 2 source, 3 at, 4 add, 5 remove, 6 event, 7 targets, 8 the document changed as well, 9 expected version or null.
 */
const CHANGE_MEMBERS: Statement = {
  name: "group-members",
  text: `with held as (
    select id, version, created_at, modified_at, document from groups where id = $1 and source_id = $2 for update),
  wanted as (select distinct w.id from unnest($4::uuid[]) as w(id)),
  known as (select u.id from users u join wanted w on w.id = u.id where u.source_id = $2),
  nested as (select 1 from group_children c where c.group_id = $1 and c.child_id = any($5::uuid[])),
  fit as (
    select h.id from held h
     where ($9::bigint is null or h.version = $9)
       and (select count(*) from wanted) = (select count(*) from known) and not exists (select 1 from nested)),
  joined as (
    insert into group_members (group_id, user_id) select fit.id, known.id from fit, known order by known.id
    on conflict do nothing returning user_id),
  departed as (
    delete from group_members m using fit where m.group_id = fit.id and m.user_id = any($5::uuid[]) returning m.user_id),
  done as (
    update groups g set version = g.version + 1, modified_at = $3 from fit
     where g.id = fit.id and ($8::boolean or exists (select 1 from joined) or exists (select 1 from departed))
    returning g.id, g.version),
  event as (
    insert into history
    select e.id, e.at, e.code, e.actor, e.source_id, e.request_id, e.causes, e.subject_kind, e.subject, e.target, e.attempt, e.outcome,
           (case when (select count(*) from joined) + (select count(*) from departed) = 0 then e.changes::jsonb
                 else coalesce(e.changes::jsonb, '{}') || jsonb_build_object('members', jsonb_strip_nulls(jsonb_build_object(
                   'before', (select jsonb_agg(user_id) from departed), 'after', (select jsonb_agg(user_id) from joined)))) end)::json,
           e.detail
      from json_populate_record(null::history, $6::json) e, done),
  marked as (${markDue(
    `(select 'user'::text as kind, p.user_id as entity_id, ${PRIORITY.person}::smallint as priority, ${causedBy(6)} as causes
        from (select user_id from joined union select user_id from departed) p
      union all
      select 'group', done.id, ${PRIORITY.structure}::smallint, ${causedBy(6)} from done where $8::boolean) m`,
    "$7::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select held.id, held.version as held_version, done.version as done_version, held.created_at, held.modified_at, held.document,
         (select array_agg(w.id) from wanted w where not exists (select 1 from known k where k.id = w.id)) as missing,
         exists (select 1 from nested) as nested,
         (select count(*) from woken) as woken
    from held left join done on true`,
};

/** The group goes with its memberships; everybody in it and the group itself are marked. */
const DELETE: Statement = {
  name: "group-delete",
  text: `with people as (select m.user_id from group_members m where m.group_id = $1),
  done as (delete from groups where id = $1 and source_id = $2 and version = $3 returning id),
  event as (${appendEvent(4, "done")}),
  marked as (${markDue(
    `(select 'user'::text as kind, people.user_id as entity_id, ${PRIORITY.person}::smallint as priority, ${causedBy(4)} as causes
        from people, done
      union all
      select 'group', done.id, ${PRIORITY.structure}::smallint, ${causedBy(4)} from done) m`,
    "$5::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken from done`,
};

const SELECT = "g.id, g.version, g.created_at, g.modified_at, g.document";

const GET: Statement = { name: "group-get", text: `select ${SELECT} from groups g where g.id = $1 and g.source_id = $2` };

const MEMBERS_PAGE = 2_000;

const USER_MEMBERS: Statement = {
  name: "group-user-members",
  text: `select m.user_id as id, u.document->>'displayName' as display from group_members m join users u on u.id = m.user_id
    where m.group_id = $1 and m.user_id > $2 order by m.user_id limit ${MEMBERS_PAGE}`,
};

const GROUP_MEMBERS: Statement = {
  name: "group-group-members",
  text: `select c.child_id as id, g.display_name as display from group_children c join groups g on g.id = c.child_id
    where c.group_id = $1 and c.child_id > $2 order by c.child_id limit ${MEMBERS_PAGE}`,
};

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

interface GroupRow extends pg.QueryResultRow {
  id: string;
  version: number;
  created_at: Date;
  modified_at: Date;
  document: string;
}

const stored = (row: GroupRow): StoredGroup => ({
  id: row.id,
  version: row.version,
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
  document: row.document,
});

/** The group as it was when its row was taken, and what came of the change. */
interface ChangedRow extends pg.QueryResultRow {
  id: string;
  created_at: Date;
  modified_at: Date;
  document: string;
  held_version: number;
  done_version: number | null;
  missing: string[] | null;
  nested: boolean;
}

type Groups = Pick<DirectoryStore, "insertGroup" | "updateGroup" | "deleteGroup" | "getGroup" | "listGroups" | "membersOf">;

export function createGroupStore(pool: pg.Pool, targets: readonly string[]): Groups {
  async function getGroup(sourceId: string, id: string, db: Queryable = pool): Promise<StoredGroup | undefined> {
    if (!isUuid(id)) return undefined;
    const [row] = await run<GroupRow>(db, GET, [id, sourceId]);
    return row && stored(row);
  }

  async function changeMembers(
    db: Queryable,
    sourceId: string,
    id: string,
    delta: { readonly add: readonly string[]; readonly remove: readonly string[] },
    options: { readonly documentChanged: boolean; readonly expected: number | undefined },
    at: Date,
    fact: Fact,
  ): Promise<MembersChanged | "nested"> {
    const nobody = delta.add.filter((member) => !isUuid(member));
    if (nobody.length > 0) return { kind: "missing", ids: nobody };
    const values = [
      id,
      sourceId,
      at,
      delta.add,
      delta.remove.filter(isUuid),
      eventRow(fact.event),
      targets,
      options.documentChanged,
      options.expected ?? null,
    ];
    const [row] = await run<ChangedRow>(db, CHANGE_MEMBERS, values);
    if (!row) return { kind: "gone" };
    if (options.expected !== undefined && row.held_version !== options.expected) return { kind: "moved" };
    if (row.missing) return { kind: "missing", ids: row.missing };
    if (row.nested) return "nested";
    if (row.done_version === null) return { kind: "unchanged", group: stored({ ...row, version: row.held_version }) };
    return { kind: "changed", group: stored({ ...row, version: row.done_version, modified_at: at }) };
  }

  /** Everything in one transaction, for the writes that are more than people joining and leaving. */
  async function changeAll(
    sourceId: string,
    id: string,
    change: { readonly content?: GroupContent; readonly insert?: boolean; readonly expected?: number; readonly members: MemberChange },
    at: Date,
    fact: Fact,
  ): Promise<MembersChanged> {
    const refused = Symbol("refused");
    let result: MembersChanged = { kind: "gone" };
    try {
      await inTransaction(pool, async (client) => {
        await lockNesting(client, sourceId);
        if (change.insert && change.content) await run(client, INSERT, [id, sourceId, at, ...contentValues(change.content)]);
        else if (change.content) {
          const [row] = await run(client, UPDATE_CONTENT, [id, sourceId, change.expected ?? null, ...contentValues(change.content)]);
          if (!row) {
            result = (await getGroup(sourceId, id, client)) ? { kind: "moved" } : { kind: "gone" };
            throw refused;
          }
        }
        const nesting = await changeNesting(client, sourceId, id, change.members);
        if (nesting.kind === "cycle") {
          result = nesting;
          throw refused;
        }
        const documentChanged = change.content !== undefined || nesting.changed;
        const expected = change.insert ? undefined : change.expected;
        const changed = await changeMembers(client, sourceId, id, nesting.people, { documentChanged, expected }, at, fact);
        if (changed === "nested") throw new Error("nested groups were left among the people");
        result = changed;
        if (result.kind !== "changed" && result.kind !== "unchanged") throw refused;
      });
    } catch (error) {
      if (error !== refused) throw error;
    }
    return result;
  }

  return {
    insertGroup: (sourceId, id, content, members, at, fact) =>
      changeAll(sourceId, id, { content, insert: true, members: { kind: "delta", add: members, remove: [] } }, at, fact),

    async updateGroup(sourceId, id, change, at, fact) {
      if (!isUuid(id)) return { kind: "gone" };
      if (change.content || change.members.kind === "all") return changeAll(sourceId, id, change, at, fact);
      const result = await changeMembers(
        pool,
        sourceId,
        id,
        change.members,
        { documentChanged: false, expected: change.expected },
        at,
        fact,
      );
      // Nothing was changed then: an id that is not a person's may be a group's, and nesting takes the longer way.
      return result === "nested" || result.kind === "missing" ? changeAll(sourceId, id, change, at, fact) : result;
    },

    deleteGroup: (sourceId, id, expected, fact) =>
      inTransaction(pool, async (client) => {
        const below = await leaveNesting(client, sourceId, id);
        const deleted = await run(client, DELETE, [id, sourceId, expected, eventRow(fact.event), targets]);
        await refreshAncestors(client, below);
        return deleted.length > 0;
      }),

    getGroup: (sourceId, id) => getGroup(sourceId, id),

    listGroups: createList(pool, { resource: "Group", table: "groups g", select: SELECT, alias: "g", row: stored }),

    async *membersOf(groupId) {
      for (const [type, statement] of [
        ["User", USER_MEMBERS],
        ["Group", GROUP_MEMBERS],
      ] as const) {
        let after = FIRST_ID;
        for (;;) {
          const rows = await run<{ id: string; display: string | null }>(pool, statement, [groupId, after]);
          if (rows.length > 0) yield rows.map((row): Member => ({ id: row.id, type, display: row.display ?? undefined }));
          if (rows.length < MEMBERS_PAGE) break;
          after = rows.at(-1)!.id;
        }
      }
    },
  };
}
