import type { JsonObject } from "../core/entity.ts";
import { Unavailable } from "../core/errors.ts";
import { isUuid, uuidv7 } from "../core/id.ts";
import { createKeyedLock } from "../core/keyed-lock.ts";
import { differences } from "../history/differences.ts";
import { type DirectoryDeps, MAX_ROUNDS, mark, type RequestContext, requestEvent } from "./context.ts";
import { InvalidMembers, NotFound, VersionConflict } from "./errors.ts";
import { type GroupContent, MAX_NESTING, type Member, type MemberChange, noMemberChange, type StoredGroup } from "./group.ts";
import { createSizes } from "./group-sizes.ts";
import type { ListQuery, Page } from "./list-query.ts";
import type { MembersChanged } from "./ports.ts";
import type { VersionCheck } from "./users.ts";

/** What to do with a group: new content (decided from the current document) and a change of its members. */
export interface GroupChange {
  /** Pure; may be called again. Left out: only members change, and the group's document is neither read nor written. */
  readonly decide?: (current: JsonObject) => GroupContent;
  readonly members?: MemberChange;
}

/** Commands on groups. Each is one transaction; a change of members touches only the rows of those members. */
export interface GroupDirectory {
  newId(): string;
  /** `id`: from `newId`, for a caller that refers to the group before it is created. */
  create(context: RequestContext, content: GroupContent, members: readonly string[], id?: string): Promise<StoredGroup>;
  get(context: RequestContext, id: string): Promise<StoredGroup>;
  list(context: RequestContext, query: ListQuery): Promise<Page<StoredGroup>>;
  /** Members in pages; the group must have been read before. */
  members(id: string): AsyncIterable<readonly Member[]>;
  /** The first members of each of these groups, up to the limit, in the same order; groups without members are missing. */
  firstMembers(ids: readonly string[], atMost: number): Promise<ReadonlyMap<string, readonly Member[]>>;
  /** All members of a group of at most 20; undefined for a larger one, at almost no cost. */
  membersIfSmall(id: string): Promise<readonly Member[] | undefined>;
  change(context: RequestContext, id: string, change: GroupChange, ifVersion?: VersionCheck): Promise<StoredGroup>;
  remove(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<void>;
}

export function createGroupDirectory({ store, clock }: DirectoryDeps): GroupDirectory {
  const oneByOne = createKeyedLock();
  const sizes = createSizes(store);
  const busy = () => new Unavailable("too many concurrent writers change this group", { retryAfterMs: 1_000 });

  async function existing(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<StoredGroup> {
    const group = await store.getGroup(context.sourceId, id);
    if (!group) throw new NotFound("Group", id);
    if (ifVersion && !ifVersion(group.version)) throw new VersionConflict("Group", id);
    return group;
  }

  /** One round of a change; undefined when another writer was faster. */
  async function attempt(
    context: RequestContext,
    id: string,
    change: GroupChange,
    ifVersion?: VersionCheck,
  ): Promise<StoredGroup | undefined> {
    const members = change.members ?? noMemberChange;
    const at = clock.now();
    const event = (changes: ReturnType<typeof differences>, code: "group.updated" | "group.members") =>
      requestEvent(context, at, code, { kind: "group", id }, changes);

    if (!change.decide && !ifVersion) {
      return settled(id, await store.updateGroup(context.sourceId, id, { members }, at, { event: event({}, "group.members"), marks: [] }));
    }
    const group = await existing(context, id, ifVersion);
    const before = JSON.parse(group.document) as JsonObject;
    const content = change.decide?.(before);
    const changes = content ? differences(before, content.document) : {};
    const written = content && Object.keys(changes).length > 0 ? content : undefined;
    return settled(
      id,
      await store.updateGroup(context.sourceId, id, { ...(written ? { content: written } : {}), expected: group.version, members }, at, {
        event: event(changes, written ? "group.updated" : "group.members"),
        marks: written ? [mark("group", id)] : [],
      }),
    );
  }

  return {
    newId: () => uuidv7(clock.now().getTime()),

    async create(context, content, members, chosenId) {
      const at = clock.now();
      const id = chosenId ?? uuidv7(at.getTime());
      const event = requestEvent(context, at, "group.created", { kind: "group", id }, differences({}, content.document));
      const made = await store.insertGroup(context.sourceId, id, content, members, at, { event, marks: [mark("group", id)] });
      const group = settled(id, made);
      if (!group) throw busy();
      return group;
    },

    get: (context, id) => existing(context, id),

    list: (context, query) => store.listGroups(context.sourceId, query),

    members: (id) => store.membersOf(id),

    membersIfSmall: (id) => sizes.membersIfSmall(id),

    firstMembers: (ids, atMost) => store.firstMembersOf(ids, atMost),

    change(context, id, change, ifVersion) {
      const run = async () => {
        for (let round = 0; round < MAX_ROUNDS; round++) {
          const group = await attempt(context, id, change, ifVersion);
          if (group) {
            sizes.changed(id, change.members ?? noMemberChange);
            return group;
          }
        }
        throw busy();
      };
      // Member changes take the row lock in the database and need no turn of their own.
      return change.decide || ifVersion ? oneByOne(id, run) : run();
    },

    remove: (context, id, ifVersion) =>
      oneByOne(id, async () => {
        for (let round = 0; round < MAX_ROUNDS; round++) {
          const group = await existing(context, id, ifVersion);
          const changes = differences(JSON.parse(group.document) as JsonObject, {});
          const event = requestEvent(context, clock.now(), "group.deleted", { kind: "group", id }, changes);
          if (await store.deleteGroup(context.sourceId, id, group.version, { event, marks: [mark("group", id)] })) return;
        }
        throw busy();
      }),
  };
}

/** Names the members that do not exist, so that the client can retry them (docs/threats.md F34); only what has the form of an id is repeated. */
function missing(ids: readonly string[]): string {
  const named = ids.filter(isUuid).slice(0, 3);
  const more = ids.length - named.length;
  return `no such user or group: ${named.join(", ")}${named.length > 0 && more > 0 ? ` and ${more} more` : named.length > 0 ? "" : `${more} of the values`}`;
}

function settled(id: string, result: MembersChanged): StoredGroup | undefined {
  switch (result.kind) {
    case "changed":
    case "unchanged":
      return result.group;
    case "missing":
      throw new InvalidMembers(missing(result.ids));
    case "cycle":
      throw new InvalidMembers("a group cannot contain itself, directly or through other groups");
    case "tooDeep":
      throw new InvalidMembers(`groups cannot be nested deeper than ${MAX_NESTING} levels`);
    case "gone":
      throw new NotFound("Group", id);
    case "moved":
      return undefined;
  }
}
