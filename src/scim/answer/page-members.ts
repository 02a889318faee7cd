import type { Member } from "../../directory/group.ts";
import type { GroupDirectory } from "../../directory/groups.ts";

/*
 * Members of the groups of one page, requested group by group while the answer is written. Small groups share
 * a statement. A large group is read in pages of its own, so at most GROUPS_AT_ONCE × MEMBERS_AT_ONCE members
 * are in memory.
 */

const GROUPS_AT_ONCE = 50;
const MEMBERS_AT_ONCE = 100;

export type MembersOf = (id: string) => AsyncIterable<readonly Member[]>;

/** Nothing is read before the first group is requested. */
export function membersOfPage(directory: GroupDirectory, ids: readonly string[]): MembersOf {
  const places = new Map(ids.map((id, at) => [id, at]));
  let held:
    | { readonly from: number; readonly members: Promise<ReadonlyMap<string, readonly Member[]>> }
    | undefined;

  function around(id: string): Promise<ReadonlyMap<string, readonly Member[]>> {
    const at = places.get(id) ?? 0;
    const from = at - (at % GROUPS_AT_ONCE);
    // One more than the limit: a group with that many is large.
    if (held?.from !== from)
      held = {
        from,
        members: directory.firstMembers(ids.slice(from, from + GROUPS_AT_ONCE), MEMBERS_AT_ONCE + 1),
      };
    return held.members;
  }

  return async function* (id) {
    const members = (await around(id)).get(id) ?? [];
    if (members.length > MEMBERS_AT_ONCE) yield* directory.members(id);
    else yield members;
  };
}
