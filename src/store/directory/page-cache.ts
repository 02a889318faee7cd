import type { PageCursor } from "../filter/sort.ts";

/*
 * What a walk through the pages of a list leaves behind for its next step: the total, and where each page ended. It is never needed: a process that
 * forgot, or never knew, counts. What is remembered is only used after the very statement that used it has shown that it still holds:
 *
 *   any list         the database is in the same state: it has the same snapshot (pg_current_snapshot(), which every later commit changes)
 *   all resources,   nothing was removed since, and as many rows are on this side of the horizon as were: then whatever was added came behind it,
 *   by id            and no row before it has moved. Ids follow the time, so new rows come last; writers that overtake each other do so within the
 *                    last few rows, which is why the horizon lies HORIZON rows before the end.
 */

/** What one statement saw. */
export interface ListSnapshot {
  readonly snapshot: string;
  /** Only of all resources, which need no counting. */
  readonly total?: number;
  /** Only of all resources by id. */
  readonly moves?: ChangeProbe;
}

export interface ChangeProbe {
  readonly removed: number;
  /** The horizon that was asked about, and the rows behind it; at most BEYOND_LIMIT are counted. */
  readonly asked: string;
  readonly beyond: number;
  /** Where a horizon would be now, HORIZON rows before the end; null when there are fewer rows, or nobody asked. */
  readonly horizon: string | null;
}

/** What a statement is to look at: how many rows are behind which horizon, and where a new one would be. */
export interface ProbeRequest {
  readonly horizon: string;
  readonly renew: boolean;
}

export const HORIZON = 50;
export const BEYOND_LIMIT = 2_000;
/** With more rows behind it, the horizon is moved on: each page counts them. */
const FAR_BEHIND = 200;
/** Nothing is behind it. */
export const NO_PROBE: ProbeRequest = { horizon: "ffffffff-ffff-ffff-ffff-ffffffffffff", renew: true };

export interface PageMemory {
  totalOf(list: string, snapshot: string): number | undefined;
  outlookOf(list: string): ProbeRequest;
  /** The last row known of the first `index` (1-based) ones. */
  nearest(list: string, index: number): Remembered | undefined;
  rememberTotal(list: string, sight: ListSnapshot, total: number): void;
  rememberPosition(list: string, sight: ListSnapshot, index: number, position: PageCursor): void;
}

export interface Remembered {
  /** Which row it was (1-based). */
  readonly index: number;
  readonly position: PageCursor;
  /** Tells from what a later statement saw whether it is there still. */
  readonly holds: (sight: ListSnapshot) => boolean;
}

interface CachedList {
  snapshot: string;
  base: Anchor | undefined;
  /** Rows behind its horizon, as last seen. */
  beyond: number;
  total: number | undefined;
  /** By index, ascending. */
  positions: Place[];
}

/** So many rows were up to the horizon, when so many had been removed. */
interface Anchor {
  readonly horizon: string;
  readonly settled: number;
  readonly removed: number;
}

interface Place {
  readonly index: number;
  readonly position: PageCursor;
  readonly snapshot: string;
  /** Before the horizon when it was remembered. */
  readonly settled: boolean;
}

/** About 250 bytes each: at most some 5 MB. */
const MAX_POSITIONS = 20_000;
const MAX_LISTS = 500;
/** Positions by long values are not worth their room. */
const MAX_KEY_LENGTH = 512;

export function createPageCache(): PageMemory {
  // In the order of last use, oldest first.
  const walks = new Map<string, CachedList>();
  let positions = 0;

  function forget(list: string): void {
    positions -= walks.get(list)?.positions.length ?? 0;
    walks.delete(list);
  }

  function walkOf(list: string, sight: ListSnapshot): CachedList {
    let walk = walks.get(list);
    if (walk && (walk.snapshot === sight.snapshot || stands(walk.base, sight))) {
      walks.delete(list);
      if (walk.snapshot !== sight.snapshot) walk.total = undefined;
      walk.snapshot = sight.snapshot;
      walk.beyond = sight.moves?.beyond ?? 0;
    } else {
      forget(list);
      walk = { snapshot: sight.snapshot, base: undefined, beyond: 0, total: undefined, positions: [] };
    }
    const base = baseOf(sight);
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
    outlookOf(list) {
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
        holds: (sight) => place.snapshot === sight.snapshot || (place.settled && stands(base, sight)),
      };
    },
    rememberTotal(list, sight, total) {
      walkOf(list, sight).total = total;
    },
    rememberPosition(list, sight, index, position) {
      if ((position.key?.length ?? 0) > MAX_KEY_LENGTH) return;
      const walk = walkOf(list, sight);
      const settled = walk.base !== undefined && position.id <= walk.base.horizon;
      const before = placesUpTo(walk.positions, index);
      const known = walk.positions[before - 1]?.index === index;
      walk.positions.splice(known ? before - 1 : before, known ? 1 : 0, { index, position, snapshot: sight.snapshot, settled });
      if (!known) positions += 1;
    },
  };
}

/** How many of these places are of the first `index` rows. */
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
  total !== undefined && moves?.horizon ? { horizon: moves.horizon, settled: total - HORIZON, removed: moves.removed } : undefined;

/** Whether no row up to the horizon has moved. A statement that asked about another horizon, or saw too many rows behind it, cannot tell. */
function stands(base: Anchor | undefined, { total, moves }: ListSnapshot): boolean {
  if (!base || total === undefined || !moves || moves.asked !== base.horizon || moves.beyond > BEYOND_LIMIT) return false;
  return moves.removed === base.removed && total - moves.beyond === base.settled;
}
