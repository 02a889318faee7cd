import { isUuid } from "../../core/id.ts";
import { fold } from "../../core/text/fold.ts";
import type { GroupContent, Member, MemberChange, StoredGroup } from "../../directory/group.ts";
import type { DirectoryStore, Fact, MembersChanged } from "../../directory/ports.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import { inSlices } from "../postgres/walk.ts";
import { personOf } from "../references.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, causedBy, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { createFewMembers, firstMembersOf } from "./first-members.ts";
import { createMemberChanges } from "./group-members.ts";
import { createList } from "./list/list.ts";
import type { ListTable } from "./list/page-statement.ts";
import { createLookup } from "./lookup.ts";
import { withMatches } from "./match.ts";
import { changeNesting, leaveNesting, lockNesting, refreshAncestors } from "./nesting.ts";
import { decodeStored, ENCODED_COLUMNS, storedColumns } from "./stored-rows.ts";

const INSERT: Statement = {
  name: "group-insert",
  // The version begins at 0, because the statement that adds the first members raises it to 1.
  text: `with keyed as (insert into subject_keys (subject, kind, wrapped) values ($1, 'group', $8::bytea))
    insert into groups (id, source_id, version, created_at, modified_at, display_name, display_name_key, external_id, document)
    values ($1, $2, 0, $3, $3, $4, $5, $6, $7)`,
};

const UPDATE_CONTENT: Statement = {
  name: "group-update",
  text: `update groups set display_name = $4, display_name_key = $5, external_id = $6, document = $7
     where id = $1 and source_id = $2 and version = $3 returning id`,
};

const EXISTS: Statement = { name: "group-exists", text: "select 1 from groups where id = $1 and source_id = $2" };

const contentValues = ({ columns, document }: GroupContent): unknown[] => [
  columns.displayName,
  fold(columns.displayName),
  columns.externalId || null,
  JSON.stringify(document),
];

/** Deletes a group with its memberships. Marks the group and all its members. */
const DELETE: Statement = {
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

const GROUPS: ListTable<StoredGroup> = {
  resource: "Group",
  table: "groups g",
  alias: "g",
  select: storedColumns("g"),
  packing: ENCODED_COLUMNS,
  items: () => decodeStored,
};

type Groups = Pick<
  DirectoryStore,
  "insertGroup" | "updateGroup" | "deleteGroup" | "getGroup" | "listGroups" | "membersOf" | "firstMembersOf" | "fewMembersOf"
>;

/** Undefined: the content was updated. */
async function updateContent(
  db: Queryable,
  sourceId: string,
  id: string,
  content: GroupContent,
  expected: number | undefined,
): Promise<{ readonly kind: "moved" | "gone" } | undefined> {
  const [row] = await run(db, UPDATE_CONTENT, [id, sourceId, expected ?? null, ...contentValues(content)]);
  if (row) return undefined;
  return (await run(db, EXISTS, [id, sourceId])).length > 0 ? { kind: "moved" } : { kind: "gone" };
}

export function createGroupStore(pool: Pool, targets: readonly string[], vault: Vault): Groups {
  const members = createMemberChanges(pool, targets, vault);
  const byId = createLookup(pool, GROUPS, { name: "group-id", column: "g.id", type: "uuid" });
  const byDisplayName = createLookup(pool, GROUPS, { name: "group-display-name", column: "g.display_name_key", type: "text" });
  const byExternalId = createLookup(pool, GROUPS, { name: "group-external-id", column: "g.external_id", type: "text" });

  /** A write in one transaction, for writes that change more than the people of a group. */
  async function changeAll(
    sourceId: string,
    id: string,
    change: { readonly content?: GroupContent; readonly insert?: boolean; readonly expected?: number; readonly members: MemberChange },
    at: Date,
    fact: Fact,
  ): Promise<MembersChanged> {
    const refused = Symbol("refused");
    let result: MembersChanged = { kind: "gone" };
    const first = change.insert ? vault.first(fact.event) : undefined;
    const event = first?.row ?? (await vault.rows(pool, [fact.event]))[0]!;
    try {
      await inTransaction(pool, async (client) => {
        await lockNesting(client, sourceId);
        if (first && change.content) await run(client, INSERT, [id, sourceId, at, ...contentValues(change.content), first.wrapped]);
        else if (change.content) {
          const missed = await updateContent(client, sourceId, id, change.content, change.expected);
          if (missed) {
            result = missed;
            throw refused;
          }
        }
        const nesting = await changeNesting(client, sourceId, id, change.members);
        if (nesting.kind === "cycle" || nesting.kind === "tooDeep") {
          result = nesting;
          throw refused;
        }
        const documentChanged = change.content !== undefined || nesting.changed;
        const expected = change.insert ? undefined : change.expected;
        const changed = await members.changeIn(client, {
          sourceId,
          id,
          ...nesting.people,
          groups: nesting.groups,
          documentChanged,
          expected,
          at,
          event,
        });
        if (changed === "nested") throw new Error("changeNesting has left the id of a nested group among the people to remove");
        result = changed;
        if (result.kind !== "changed" && result.kind !== "unchanged") throw refused;
      });
    } catch (error) {
      if (error !== refused) throw error;
      return result;
    }
    first?.keep();
    return result;
  }

  return {
    insertGroup: (sourceId, id, content, people, at, fact) =>
      changeAll(sourceId, id, { content, insert: true, members: { kind: "delta", add: people, remove: [] } }, at, fact),

    async updateGroup(sourceId, id, change, at, fact) {
      if (!isUuid(id)) return { kind: "gone" };
      if (change.content || change.members.kind === "all") return changeAll(sourceId, id, change, at, fact);
      const { add, remove } = change.members;
      const result = await members.change({ sourceId, id, add, remove, documentChanged: false, expected: change.expected, at, fact });
      // In both cases nothing was changed. The unknown id may belong to a group, which only changeAll handles.
      return result === "nested" || result.kind === "missing" ? changeAll(sourceId, id, change, at, fact) : result;
    },

    async deleteGroup(sourceId, id, expected, fact) {
      const [event] = await vault.rows(pool, [fact.event]);
      return inTransaction(pool, async (client) => {
        const below = await leaveNesting(client, sourceId, id);
        const deleted = await run(client, DELETE, [id, sourceId, expected, JSON.stringify(event), targets]);
        await refreshAncestors(client, below);
        return deleted.length > 0;
      });
    },

    getGroup: async (sourceId, id) => (isUuid(id) ? (await byId(sourceId, id))[0] : undefined),

    listGroups: withMatches({ id: byId, displayName: byDisplayName, externalId: byExternalId }, createList(pool, GROUPS)),

    firstMembersOf: (groupIds, atMost) => firstMembersOf(pool, groupIds, atMost),

    fewMembersOf: createFewMembers(pool),

    membersOf: (groupId) => membersOf(pool, groupId),
  };
}

async function* membersOf(pool: Pool, groupId: string): AsyncIterable<readonly Member[]> {
  for (const [type, statement] of [
    ["User", USER_MEMBERS],
    ["Group", GROUP_MEMBERS],
  ] as const) {
    const members = inSlices<{ id: string; display: string | null }>(pool, statement, MEMBERS_PAGE, (after) => [groupId, after]);
    for await (const rows of members) yield rows.map((row): Member => ({ id: row.id, type, display: row.display ?? undefined }));
  }
}
