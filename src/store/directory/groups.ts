import { isUuid } from "../../core/id.ts";
import type { GroupContent, Member, MemberChange, StoredGroup } from "../../directory/group.ts";
import type { DirectoryStore, Fact, MembersChanged } from "../../directory/ports.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run } from "../postgres/statement.ts";
import { inSlices } from "../postgres/walk.ts";
import type { Vault } from "../vault.ts";
import { createFewMembers, firstMembersOf } from "./first-members.ts";
import { createMemberChanges } from "./group-members.ts";
import {
  contentValues,
  DELETE,
  EXISTS,
  GROUP_MEMBERS,
  INSERT,
  MEMBERS_PAGE,
  UPDATE_CONTENT,
  USER_MEMBERS,
} from "./group-statements.ts";
import { createList } from "./list/list.ts";
import type { ListTable } from "./list/page-statement.ts";
import { createLookup } from "./lookup.ts";
import { withMatches } from "./match.ts";
import { changeNesting, leaveNesting, lockNesting, refreshAncestors } from "./nesting.ts";
import { decodeStored, ENCODED_COLUMNS, storedColumns } from "./stored-rows.ts";

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
  | "insertGroup"
  | "updateGroup"
  | "deleteGroup"
  | "getGroup"
  | "listGroups"
  | "membersOf"
  | "firstMembersOf"
  | "fewMembersOf"
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

interface Scene {
  readonly pool: Pool;
  readonly vault: Vault;
  readonly members: ReturnType<typeof createMemberChanges>;
}

interface WholeChange {
  readonly content?: GroupContent;
  readonly insert?: boolean;
  readonly expected?: number;
  readonly members: MemberChange;
}

export function createGroupStore(pool: Pool, targets: readonly string[], vault: Vault): Groups {
  const members = createMemberChanges(pool, targets, vault);
  const byId = createLookup(pool, GROUPS, { name: "group-id", column: "g.id", type: "uuid" });
  const byDisplayName = createLookup(pool, GROUPS, {
    name: "group-display-name",
    column: "g.display_name_key",
    type: "text",
  });
  const byExternalId = createLookup(pool, GROUPS, {
    name: "group-external-id",
    column: "g.external_id",
    type: "text",
  });

  const changeAll = (
    sourceId: string,
    id: string,
    change: WholeChange,
    at: Date,
    fact: Fact,
  ): Promise<MembersChanged> => changeWhole({ pool, vault, members }, sourceId, id, change, { at, fact });

  return {
    insertGroup: (sourceId, id, content, people, at, fact) =>
      changeAll(
        sourceId,
        id,
        { content, insert: true, members: { kind: "delta", add: people, remove: [] } },
        at,
        fact,
      ),

    async updateGroup(sourceId, id, change, at, fact) {
      if (!isUuid(id)) return { kind: "gone" };
      if (change.content || change.members.kind === "all") return changeAll(sourceId, id, change, at, fact);
      const { add, remove } = change.members;
      const result = await members.change({
        sourceId,
        id,
        add,
        remove,
        documentChanged: false,
        expected: change.expected,
        at,
        fact,
      });
      // In both cases nothing was changed. The unknown id may belong to a group, which only changeAll
      // handles.
      return result === "nested" || result.kind === "missing"
        ? changeAll(sourceId, id, change, at, fact)
        : result;
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

    listGroups: withMatches(
      { id: byId, displayName: byDisplayName, externalId: byExternalId },
      createList(pool, GROUPS),
    ),

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
    const members = inSlices<{ id: string; display: string | null }>(
      pool,
      statement,
      MEMBERS_PAGE,
      (after) => [groupId, after],
    );
    for await (const rows of members)
      yield rows.map((row): Member => ({ id: row.id, type, display: row.display ?? undefined }));
  }
}

/** A write in one transaction, for writes that change more than the people of a group. */
async function changeWhole(
  { pool, vault, members }: Scene,
  sourceId: string,
  id: string,
  change: WholeChange,
  { at, fact }: { readonly at: Date; readonly fact: Fact },
): Promise<MembersChanged> {
  const refused = Symbol("refused");
  let result: MembersChanged = { kind: "gone" };
  const first = change.insert ? vault.first(fact.event) : undefined;
  const event = first?.row ?? (await vault.rows(pool, [fact.event]))[0]!;
  try {
    await inTransaction(pool, async (client) => {
      await lockNesting(client, sourceId);
      if (first && change.content)
        await run(client, INSERT, [id, sourceId, at, ...contentValues(change.content), first.wrapped]);
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
      if (changed === "nested")
        throw new Error("changeNesting has left the id of a nested group among the people to remove");
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
