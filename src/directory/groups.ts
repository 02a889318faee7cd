import type { JsonObject } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import { createKeyedLock } from "../core/keyed-lock.ts";
import { differences } from "../history/differences.ts";
import { changeOnce, existing, settled } from "./change-group.ts";
import { type DirectoryDeps, mark, type RequestContext, requestEvent } from "./context.ts";
import {
  type GroupChange,
  type GroupContent,
  type Member,
  noMemberChange,
  type StoredGroup,
} from "./group.ts";
import { createSizes } from "./group-sizes.ts";
import type { ListQuery, Page } from "./list-query.ts";
import { inRounds, tooManyWriters } from "./rounds.ts";
import type { VersionCheck } from "./users.ts";

/**
 * Commands on groups. Each is one transaction; a change of members touches only the rows of those members.
 */
export interface GroupDirectory {
  newId(): string;
  /** `id`: from `newId`, for a caller that refers to the group before it is created. */
  create(
    context: RequestContext,
    content: GroupContent,
    members: readonly string[],
    id?: string,
  ): Promise<StoredGroup>;
  get(context: RequestContext, id: string): Promise<StoredGroup>;
  list(context: RequestContext, query: ListQuery): Promise<Page<StoredGroup>>;
  /** Members in pages; the group must have been read before. */
  members(id: string): AsyncIterable<readonly Member[]>;
  /**
   * The first members of each of these groups, up to the limit, in the same order; groups without members are
   * missing.
   */
  firstMembers(ids: readonly string[], atMost: number): Promise<ReadonlyMap<string, readonly Member[]>>;
  /** All members of a group of at most 20; undefined for a larger one, at almost no cost. */
  membersIfSmall(id: string): Promise<readonly Member[] | undefined>;
  change(
    context: RequestContext,
    id: string,
    change: GroupChange,
    ifVersion?: VersionCheck,
  ): Promise<StoredGroup>;
  remove(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<void>;
}

export function createGroupDirectory(deps: DirectoryDeps): GroupDirectory {
  const { store, clock } = deps;
  const oneByOne = createKeyedLock();
  const sizes = createSizes(store);

  return {
    newId: () => uuidv7(clock.now().getTime()),

    async create(context, content, members, chosenId) {
      const at = clock.now();
      const id = chosenId ?? uuidv7(at.getTime());
      const event = requestEvent(
        context,
        at,
        "group.created",
        { kind: "group", id },
        differences({}, content.document),
      );
      const made = await store.insertGroup(context.sourceId, id, content, members, at, {
        event,
        marks: [mark("group", id)],
      });
      const group = settled(id, made);
      if (!group) throw tooManyWriters("group");
      return group;
    },

    get: (context, id) => existing(store, context, id),

    list: (context, query) => store.listGroups(context.sourceId, query),

    members: (id) => store.membersOf(id),

    membersIfSmall: (id) => sizes.membersIfSmall(id),

    firstMembers: (ids, atMost) => store.firstMembersOf(ids, atMost),

    change(context, id, change, ifVersion) {
      const run = async () => {
        const group = await inRounds("group", () => changeOnce(deps, context, id, change, ifVersion));
        sizes.changed(id, change.members ?? noMemberChange);
        return group;
      };
      // Member changes take the row lock in the database and need no turn of their own.
      return change.decide || ifVersion ? oneByOne(id, run) : run();
    },

    async remove(context, id, ifVersion) {
      await oneByOne(id, () =>
        inRounds("group", async () => {
          const group = await existing(store, context, id, ifVersion);
          const changes = differences(JSON.parse(group.document) as JsonObject, {});
          const event = requestEvent(context, clock.now(), "group.deleted", { kind: "group", id }, changes);
          const isGone = await store.deleteGroup(context.sourceId, id, group.version, {
            event,
            marks: [mark("group", id)],
          });
          return isGone || undefined;
        }),
      );
    },
  };
}
