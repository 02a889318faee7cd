import type { JsonObject } from "../core/entity.ts";
import { isUuid } from "../core/id.ts";
import { differences } from "../history/differences.ts";
import { type DirectoryDeps, mark, type RequestContext, requestEvent } from "./context.ts";
import { InvalidMembers, NotFound, VersionConflict } from "./errors.ts";
import { type GroupChange, MAX_NESTING, noMemberChange, type StoredGroup } from "./group.ts";
import type { DirectoryStore, MembersChanged } from "./ports.ts";
import type { VersionCheck } from "./users.ts";

/* One round of a change of a group, and what its result means for the caller. */

/** The group. Rejects if there is none, or its version differs. */
export async function existing(
  store: DirectoryStore,
  context: RequestContext,
  id: string,
  ifVersion?: VersionCheck,
): Promise<StoredGroup> {
  const group = await store.getGroup(context.sourceId, id);
  if (!group) throw new NotFound("Group", id);
  if (ifVersion && !ifVersion(group.version)) throw new VersionConflict("Group", id);
  return group;
}

/** One round of a change; undefined when another writer was faster. */
export async function changeOnce(
  { store, clock }: DirectoryDeps,
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
    return settled(
      id,
      await store.updateGroup(context.sourceId, id, { members }, at, {
        event: event({}, "group.members"),
        marks: [],
      }),
    );
  }
  const group = await existing(store, context, id, ifVersion);
  const before = JSON.parse(group.document) as JsonObject;
  const content = change.decide?.(before);
  const changes = content ? differences(before, content.document) : {};
  const written = content && Object.keys(changes).length > 0 ? content : undefined;
  return settled(
    id,
    await store.updateGroup(
      context.sourceId,
      id,
      { ...(written ? { content: written } : {}), expected: group.version, members },
      at,
      {
        event: event(changes, written ? "group.updated" : "group.members"),
        marks: written ? [mark("group", id)] : [],
      },
    ),
  );
}

/**
 * Names the members that do not exist, so that the client can retry them (docs/threats.md F34); only what has
 * the form of an id is repeated.
 */
function missing(ids: readonly string[]): string {
  const named = ids.filter(isUuid).slice(0, 3);
  const more = ids.length - named.length;
  return `no such user or group: ${named.join(", ")}${named.length > 0 && more > 0 ? ` and ${more} more` : named.length > 0 ? "" : `${more} of the values`}`;
}

/**
 * The group as it is now. Undefined: another writer was faster. Rejects if the members cannot be as asked.
 */
export function settled(id: string, result: MembersChanged): StoredGroup | undefined {
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
