import { LRUCache } from "lru-cache";
import type { Member, MemberChange } from "./group.ts";
import type { DirectoryStore } from "./ports.ts";

/** Up to this number of members, all are read to compute the effect of a change. */
export const SMALL = 20;
const MAX_REMEMBERED = 10_000;

export interface Sizes {
  /** All members of a small group; undefined for a large one. */
  membersIfSmall(id: string): Promise<readonly Member[] | undefined>;
  /** Call this after every change. */
  changed(id: string, change: MemberChange): void;
}

/**
 * Caches which groups are large, by a lower bound of their members, so that a change of a large group needs a
 * single statement. Removals by other processes are not counted: a group that became small may be answered
 * without its members for a while, which clients accept.
 */
export function createSizes(store: Pick<DirectoryStore, "fewMembersOf">): Sizes {
  const atLeast = new LRUCache<string, number>({ max: MAX_REMEMBERED });
  return {
    async membersIfSmall(id) {
      if ((atLeast.get(id) ?? 0) > SMALL) return undefined;
      const { count, members } = await store.fewMembersOf(id, SMALL);
      if (count <= SMALL) return members;
      atLeast.set(id, count);
      return undefined;
    },
    changed(id, change) {
      const known = atLeast.get(id);
      if (known === undefined) return;
      if (change.kind === "all") atLeast.delete(id);
      else atLeast.set(id, known - change.remove.length);
    },
  };
}
