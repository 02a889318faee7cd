import type { Tier } from "./rules.ts";

/*
 * Matches our entities with objects at the target, by tiers. A tier is an equality of keys. The first tier
 * with candidates for an entity decides if there is exactly one candidate on both sides. If there are
 * several, later tiers decide among these only. What stays undecided is ambiguous and needs a person's
 * decision. Pure; the order of the input does not matter.
 */

/** One side of a match: an entity of ours, or an object at the target. */
export interface Candidate {
  readonly id: string;
  /** The texts that have to be equal at a tier. Empty: the tier does not apply. */
  keysAt(tier: Tier): readonly string[];
  /** Candidates with two different numbers are different people, as far as `otherNumber` says so. */
  readonly number?: string | undefined;
}

export interface TierDefinition {
  readonly tier: Tier;
  /** If tiers of one weight find different candidates, none of them decides. */
  readonly weight: number;
  /** The result is certain enough to help with matches of others. */
  readonly strong: boolean;
  /** The effect of different numbers. `counts`: none. `doubted`: a person decides. `no`: not a candidate. */
  readonly otherNumber: "counts" | "doubted" | "no";
  /** Pairs of this stronger tier are excluded. */
  readonly without?: Tier;
}

export interface Match {
  readonly ours: string;
  readonly theirs: string;
  readonly tier: Tier;
  readonly state: "proposed" | "ambiguous";
}

export interface Sides {
  readonly ours: readonly Candidate[];
  readonly theirs: readonly Candidate[];
  /** Pairs (`pairKey`) that an operator has rejected. */
  readonly rejected?: ReadonlySet<string>;
}

export const pairKey = (ours: string, theirs: string): string => `${ours} ${theirs}`;

/** A value that more candidates share identifies nobody. A list of more matches would not be read. */
const MAX_SHARED = 20;

/**
 * A pair, as indexes into both lists. An assessment has many thousands of pairs: texts and maps for each
 * would take most of its memory.
 */
interface Pair {
  readonly ours: number;
  readonly theirs: number;
  readonly doubted: boolean;
}

interface Level {
  readonly definition: TierDefinition;
  readonly pairs: readonly Pair[];
}

/** `tiers` in the order in which they decide. */
export function match(tiers: readonly TierDefinition[], sides: Sides): readonly Match[] {
  const settled: Match[] = [];
  let left = sides;
  const strong = tiers.filter((each) => each.strong);
  for (;;) {
    const certain = round(strong, left).filter(({ state }) => state === "proposed");
    if (certain.length === 0) break;
    // A matched person is no longer a candidate for others. This may make other matches unique.
    settled.push(...certain);
    left = without(left, certain);
  }
  return [...settled, ...round(tiers, left)].sort(
    (a, b) => compare(a.ours, b.ours) || compare(a.theirs, b.theirs),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function without({ ours, theirs, ...rest }: Sides, known: readonly Match[]): Sides {
  const [here, there] = [new Set(known.map((each) => each.ours)), new Set(known.map((each) => each.theirs))];
  return {
    ...rest,
    ours: ours.filter(({ id }) => !here.has(id)),
    theirs: theirs.filter(({ id }) => !there.has(id)),
  };
}

function levelsOf(tiers: readonly TierDefinition[], sides: Sides): readonly Level[] {
  const found = new Map<Tier, readonly Pair[]>();
  const isSame = (a: Pair) => (b: Pair) => a.ours === b.ours && a.theirs === b.theirs;
  return tiers.map((definition) => {
    const all = pairsOf(definition, sides);
    const before =
      definition.without === undefined ? undefined : grouped(found.get(definition.without) ?? [], "ours");
    const pairs = before ? all.filter((pair) => !before.get(pair.ours)?.some(isSame(pair))) : all;
    found.set(definition.tier, pairs);
    return { definition, pairs };
  });
}

function pairsOf({ tier, otherNumber }: TierDefinition, { ours, theirs, rejected }: Sides): readonly Pair[] {
  const [left, right] = [byKey(ours, tier), byKey(theirs, tier)];
  const pairs: Pair[] = [];
  for (const [key, mine] of left) {
    const others = right.get(key);
    if (!others || mine.length > MAX_SHARED || others.length > MAX_SHARED) continue;
    for (const one of mine) {
      for (const other of others) {
        const [here, there] = [ours[one]!, theirs[other]!];
        const differ =
          here.number !== undefined && there.number !== undefined && here.number !== there.number;
        if ((differ && otherNumber === "no") || rejected?.has(pairKey(here.id, there.id))) continue;
        pairs.push({ ours: one, theirs: other, doubted: differ && otherNumber === "doubted" });
      }
    }
  }
  return once(pairs);
}

/** Removes repeated pairs: two candidates may share several keys of one tier. */
function once(pairs: readonly Pair[]): readonly Pair[] {
  const seen = new Map<number, number[]>();
  return pairs.filter(({ ours, theirs }) => {
    const others = seen.get(ours);
    if (others?.includes(theirs)) return false;
    if (others) others.push(theirs);
    else seen.set(ours, [theirs]);
    return true;
  });
}

function byKey(candidates: readonly Candidate[], tier: Tier): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (const [at, each] of candidates.entries())
    for (const key of new Set(each.keysAt(tier))) {
      const there = index.get(key);
      if (there) there.push(at);
      else index.set(key, [at]);
    }
  return index;
}

/** The candidates of an entity, each with the first tier that found it. */
type Choice = readonly { readonly other: number; readonly tier: Tier }[];
type Side = "ours" | "theirs";
const opposite = { ours: "theirs", theirs: "ours" } as const;

/** All matches that the tiers find between both sides. */
function round(tiers: readonly TierDefinition[], sides: Sides): readonly Match[] {
  const levels = levelsOf(tiers, sides);
  const chosen = { ours: new Map<number, Choice>(), theirs: new Map<number, Choice>() };
  const decided = { ours: new Set<number>(), theirs: new Set<number>() };
  const matches: Match[] = [];
  const said = (ours: number, theirs: number, tier: Tier, state: Match["state"]): void => {
    matches.push({ ours: sides.ours[ours]!.id, theirs: sides.theirs[theirs]!.id, tier, state });
  };
  const among = (side: Side, who: number, other: number): boolean =>
    chosen[side].get(who)?.some((each) => each.other === other) ?? true;

  for (const { definition, pairs } of levels) {
    const { tier, weight } = definition;
    const rivals = rivalsOf(levels, weight);
    const open = pairs.filter(
      ({ ours, theirs }) =>
        !decided.ours.has(ours) &&
        !decided.theirs.has(theirs) &&
        among("ours", ours, theirs) &&
        among("theirs", theirs, ours),
    );
    const [mine, others] = [grouped(open, "ours"), grouped(open, "theirs")];
    const left: Pair[] = [];
    for (const pair of open) {
      const { ours, theirs, doubted } = pair;
      const alone = mine.get(ours)?.length === 1 && others.get(theirs)?.length === 1 && !doubted;
      // Another tier of the same weight has a different match for one of the two.
      const contested = rivals.ours.has(ours) || rivals.theirs.has(theirs);
      if (!alone || contested) left.push(pair);
      else {
        said(ours, theirs, tier, "proposed");
        decided.ours.add(ours);
        decided.theirs.add(theirs);
      }
    }
    // Several candidates are kept, and later tiers choose among them. Tiers of the same weight all add
    // candidates.
    for (const side of ["ours", "theirs"] as const)
      for (const [who, those] of grouped(left, side))
        if (!chosen[side].has(who))
          chosen[side].set(
            who,
            rivals[side].get(who) ?? those.map((pair) => ({ other: pair[opposite[side]], tier })),
          );
  }

  for (const [ours, choice] of chosen.ours) {
    if (decided.ours.has(ours)) continue;
    for (const { other, tier } of choice)
      if (!decided.theirs.has(other) && among("theirs", other, ours)) said(ours, other, tier, "ambiguous");
  }
  return matches;
}

function grouped(pairs: readonly Pair[], side: Side): ReadonlyMap<number, readonly Pair[]> {
  const groups = new Map<number, Pair[]>();
  for (const pair of pairs) {
    const there = groups.get(pair[side]);
    if (there) there.push(pair);
    else groups.set(pair[side], [pair]);
  }
  return groups;
}

/** The candidates of all entities that have more than one in the tiers of one weight. */
function rivalsOf(
  levels: readonly Level[],
  weight: number,
): Readonly<Record<Side, ReadonlyMap<number, Choice>>> {
  const named = levels.filter(({ definition }) => definition.weight === weight);
  const of = (side: Side): ReadonlyMap<number, Choice> => {
    const first = new Map<number, { readonly other: number; readonly tier: Tier }>();
    const several = new Map<number, { readonly other: number; readonly tier: Tier }[]>();
    for (const { definition, pairs } of named)
      for (const pair of pairs) {
        const [who, other] = [pair[side], pair[opposite[side]]];
        const before = first.get(who);
        if (!before) first.set(who, { other, tier: definition.tier });
        else if (before.other !== other) {
          const all = several.get(who) ?? [before];
          if (!all.some((each) => each.other === other)) all.push({ other, tier: definition.tier });
          several.set(who, all);
        }
      }
    return several;
  };
  return { ours: of("ours"), theirs: of("theirs") };
}
