import { BEYOND_LIMIT, HORIZON, type ListSnapshot, NO_PROBE, type ProbeRequest } from "./snapshot.ts";
import type { PageCursor } from "./sort.ts";

/*
 * A cache for a client that reads a list page by page: the total, and the last row of each page. Answers are
 * correct without it: a process with an empty cache counts rows instead. A cached value is used only if the
 * statement that uses it also proves that the value is still valid:
 *
 *   any list         The database has not changed: it has the same snapshot. Every commit changes pg_current_snapshot().
 *   all resources,   No row was removed since, and the number of rows up to the horizon is the same. Then all new rows are after the horizon, and no row
 *   by id            before it has moved. Ids follow the time, so new rows come last. Concurrent writers may overtake each other within the last few
 *                    rows, so the horizon is HORIZON rows before the end.
 */

/**
 * If more rows than this are after the horizon, a new horizon is made, because each page counts these rows.
 */
const FAR_BEHIND = 200;
export interface PageMemory {
  totalOf(list: string, snapshot: string): number | undefined;
  probeOf(list: string): ProbeRequest;
  /** The last cached row among the first `index` rows. */
  nearest(list: string, index: number): Remembered | undefined;
  rememberTotal(list: string, seen: ListSnapshot, total: number): void;
  rememberPosition(list: string, seen: ListSnapshot, index: number, position: PageCursor): void;
}

export interface Remembered {
  /** Number of the row, from 1. */
  readonly index: number;
  readonly position: PageCursor;
  /** True: the snapshot of a later statement proves that the row still has this number. */
  readonly holds: (seen: ListSnapshot) => boolean;
}

interface CachedList {
  snapshot: string;
  base: Anchor | undefined;
  /** Number of rows after the horizon, by the last snapshot. */
  beyond: number;
  total: number | undefined;
  /** In ascending order of index. */
  positions: Place[];
}

/** `settled` rows were up to the horizon when the counter of removals was `removed`. */
interface Anchor {
  readonly horizon: string;
  readonly settled: number;
  readonly removed: number;
}

interface Place {
  readonly index: number;
  readonly position: PageCursor;
  readonly snapshot: string;
  /** The row was before the horizon when it was cached. */
  readonly settled: boolean;
}

/** About 250 bytes each, so at most about 5 MB. */
const MAX_POSITIONS = 20_000;
const MAX_LISTS = 500;
/** Positions with longer values are not cached, because they need too much memory. */
const MAX_KEY_LENGTH = 512;

export function createPageCache(): PageMemory {
  // In the order of the last use, least recent first.
  const walks = new Map<string, CachedList>();
  let positions = 0;

  function forget(list: string): void {
    positions -= walks.get(list)?.positions.length ?? 0;
    walks.delete(list);
  }

  function walkOf(list: string, seen: ListSnapshot): CachedList {
    let walk = walks.get(list);
    if (walk && (walk.snapshot === seen.snapshot || stands(walk.base, seen))) {
      walks.delete(list);
      if (walk.snapshot !== seen.snapshot) walk.total = undefined;
      walk.snapshot = seen.snapshot;
      walk.beyond = seen.moves?.beyond ?? 0;
    } else {
      forget(list);
      walk = { snapshot: seen.snapshot, base: undefined, beyond: 0, total: undefined, positions: [] };
    }
    const base = baseOf(seen);
    if (base) {
      walk.base = base;
      walk.beyond = HORIZON;
    }
    walks.set(list, walk);
    makeRoom(list, walk);
    return walk;
  }

  function makeRoom(list: string, walk: CachedList): void {
    for (const oldest of walks.keys()) {
      if (walks.size <= MAX_LISTS && positions < MAX_POSITIONS) return;
      if (oldest !== list) forget(oldest);
    }
    if (positions < MAX_POSITIONS) return;
    positions -= walk.positions.length;
    walk.positions = [];
  }

  return {
    totalOf(list, snapshot) {
      const walk = walks.get(list);
      return walk?.snapshot === snapshot ? walk.total : undefined;
    },
    probeOf(list) {
      const walk = walks.get(list);
      return walk?.base ? { horizon: walk.base.horizon, renew: walk.beyond > FAR_BEHIND } : NO_PROBE;
    },
    nearest(list, index) {
      const walk = walks.get(list);
      const place = walk?.positions[placesUpTo(walk.positions, index) - 1];
      if (!walk || !place) return undefined;
      const { base } = walk;
      return {
        index: place.index,
        position: place.position,
        holds: (seen) => place.snapshot === seen.snapshot || (place.settled && stands(base, seen)),
      };
    },
    rememberTotal(list, seen, total) {
      walkOf(list, seen).total = total;
    },
    rememberPosition(list, seen, index, position) {
      if ((position.key?.length ?? 0) > MAX_KEY_LENGTH) return;
      const walk = walkOf(list, seen);
      const settled = walk.base !== undefined && position.id <= walk.base.horizon;
      const before = placesUpTo(walk.positions, index);
      const known = walk.positions[before - 1]?.index === index;
      walk.positions.splice(known ? before - 1 : before, known ? 1 : 0, {
        index,
        position,
        snapshot: seen.snapshot,
        settled,
      });
      if (!known) positions += 1;
    },
  };
}

/** The number of places whose index is at most `index`. */
function placesUpTo(places: readonly Place[], index: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]!.index <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

const baseOf = ({ total, moves }: ListSnapshot): Anchor | undefined =>
  total !== undefined && moves?.horizon
    ? { horizon: moves.horizon, settled: total - HORIZON, removed: moves.removed }
    : undefined;

/**
 * True: no row up to the horizon has moved. False also if the statement asked about another horizon or found
 * too many rows after it: then it is unknown.
 */
function stands(base: Anchor | undefined, { total, moves }: ListSnapshot): boolean {
  if (!base || total === undefined || !moves || moves.asked !== base.horizon || moves.beyond > BEYOND_LIMIT)
    return false;
  return moves.removed === base.removed && total - moves.beyond === base.settled;
}
