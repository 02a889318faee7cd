import { LRUCache } from "lru-cache";
import type { Member, MemberChange } from "./group.ts";
import type { DirectoryStore } from "./ports.ts";

/** Of a group with so many members they are all read to tell what a change came to; of a larger one they are not. */
export const SMALL = 20;
const MAX_REMEMBERED = 10_000;

export interface Sizes {
  /** All members of a small group; undefined for a large one. */
  membersIfSmall(id: string): Promise<readonly Member[] | undefined>;
  /** To be told of every change. */
  changed(id: string, change: MemberChange): void;
}

/**
 * Remembers which groups are large, by the least number of members they must have left, so that a change of one of them stays a single statement.
 * What other processes remove is not seen: then a group that has become small is answered without its members for a while, which clients take as well.
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
