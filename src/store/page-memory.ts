import type { Position } from "./sort.ts";

/*
 * What a walk through the pages of a list leaves behind for its next step: the total, and where each page ended. All of it holds for one state of
 * the database only, named by its snapshot (pg_current_snapshot(): whatever commits afterwards changes it), so whoever uses it compares snapshots and
 * is as exact as if it had counted. It is never needed: a process that forgot, or never knew, counts.
 */

export interface PageMemory {
  totalOf(list: string, snapshot: string): number | undefined;
  /** Where row number `index` (1-based) of the list was when `snapshot` was taken. */
  positionOf(list: string, index: number): { readonly position: Position; readonly snapshot: string } | undefined;
  rememberTotal(list: string, snapshot: string, total: number): void;
  rememberPosition(list: string, snapshot: string, index: number, position: Position): void;
}

interface Walk {
  readonly snapshot: string;
  total: number | undefined;
  readonly positions: Map<number, Position>;
}

/** About 200 bytes each: at most some 4 MB. */
const MAX_POSITIONS = 20_000;
const MAX_LISTS = 500;
/** Positions by long values are not worth their room. */
const MAX_KEY_LENGTH = 512;

export function createPageMemory(): PageMemory {
  // In the order of last use, oldest first.
  const walks = new Map<string, Walk>();
  let positions = 0;

  function forget(list: string): void {
    positions -= walks.get(list)?.positions.size ?? 0;
    walks.delete(list);
  }

  function walkOf(list: string, snapshot: string): Walk {
    let walk = walks.get(list);
    if (walk?.snapshot === snapshot) walks.delete(list);
    else {
      forget(list);
      walk = { snapshot, total: undefined, positions: new Map() };
    }
    walks.set(list, walk);
    for (const oldest of walks.keys()) {
      if (walks.size <= MAX_LISTS && positions < MAX_POSITIONS) break;
      if (oldest !== list) forget(oldest);
      else {
        positions -= walk.positions.size;
        walk.positions.clear();
      }
    }
    return walk;
  }

  return {
    totalOf(list, snapshot) {
      const walk = walks.get(list);
      return walk?.snapshot === snapshot ? walk.total : undefined;
    },
    positionOf(list, index) {
      const walk = walks.get(list);
      const position = walk?.positions.get(index);
      return walk && position && { position, snapshot: walk.snapshot };
    },
    rememberTotal(list, snapshot, total) {
      walkOf(list, snapshot).total = total;
    },
    rememberPosition(list, snapshot, index, position) {
      if ((position.key?.length ?? 0) > MAX_KEY_LENGTH) return;
      const walk = walkOf(list, snapshot);
      if (!walk.positions.has(index)) positions += 1;
      walk.positions.set(index, position);
    },
  };
}
