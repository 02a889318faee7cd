import type { Tier } from "./rules.ts";

/*
 * Who is who, decided by tiers. A tier is an equality of keys. The first tier at which somebody has candidates decides when there is exactly one on both sides;
 * with several, later tiers may decide between those only. What stays undecided is ambiguous, and a person's business. Pure; the same whatever the order.
 */

/** One side of a match: an entity of ours, or something at the target. */
export interface Candidate {
  readonly id: string;
  /** Of each tier the texts that have to be equal; none: the tier says nothing of it. */
  readonly keys: Readonly<Partial<Record<Tier, readonly string[]>>>;
  /** Two who both have one and have different ones are not the same, whatever else they share. */
  readonly number?: string | undefined;
}

export interface TierDefinition {
  readonly tier: Tier;
  /** Tiers of one weight decide nothing where they point to different candidates. */
  readonly weight: number;
  /** What is decided is certain enough to help deciding about others. */
  readonly strong: boolean;
  /** Of two with different numbers: `counts` all the same, is `doubted` and left to a person, or `no` candidate at all. */
  readonly otherNumber: "counts" | "doubted" | "no";
  /** Pairs of this tier, which says more, are not of this one. */
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
  /** Pairs (`pairKey`) that a person has rejected. */
  readonly rejected?: ReadonlySet<string>;
}

export const pairKey = (ours: string, theirs: string): string => `${ours} ${theirs}`;

/** What so many share says nothing of anybody, and nobody reads the list. */
const MAX_SHARED = 20;

interface Pair {
  readonly ours: string;
  readonly theirs: string;
  readonly doubted: boolean;
}

interface Level {
  readonly definition: TierDefinition;
  readonly pairs: readonly Pair[];
}

/** `tiers` in the order in which they decide. */
export function match(tiers: readonly TierDefinition[], sides: Sides): readonly Match[] {
  const levels = levelsOf(tiers, sides);
  const settled: Match[] = [];
  const taken = { ours: new Set<string>(), theirs: new Set<string>() };
  for (;;) {
    const said = round(levels, taken);
    const certain = said.filter(
      ({ state, tier }) => state === "proposed" && levels.find((each) => each.definition.tier === tier)?.definition.strong,
    );
    if (certain.length === 0) return [...settled, ...said].sort((a, b) => compare(a.ours, b.ours) || compare(a.theirs, b.theirs));
    // Who is known is nobody else's candidate any more, which may decide about others.
    for (const each of certain) {
      taken.ours.add(each.ours);
      taken.theirs.add(each.theirs);
    }
    settled.push(...certain);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function levelsOf(tiers: readonly TierDefinition[], sides: Sides): readonly Level[] {
  const found = new Map<Tier, ReadonlySet<string>>();
  return tiers.map((definition) => {
    const excluded = definition.without === undefined ? undefined : found.get(definition.without);
    const pairs = pairsOf(definition, sides).filter((pair) => !excluded?.has(pairKey(pair.ours, pair.theirs)));
    found.set(definition.tier, new Set(pairs.map((pair) => pairKey(pair.ours, pair.theirs))));
    return { definition, pairs };
  });
}

function pairsOf({ tier, otherNumber }: TierDefinition, { ours, theirs, rejected }: Sides): readonly Pair[] {
  const [left, right] = [byKey(ours, tier), byKey(theirs, tier)];
  const pairs = new Map<string, Pair>();
  for (const [key, mine] of left) {
    const others = right.get(key) ?? [];
    if (mine.length > MAX_SHARED || others.length > MAX_SHARED) continue;
    for (const one of mine) {
      for (const other of others) {
        const differ = one.number !== undefined && other.number !== undefined && one.number !== other.number;
        const pair = pairKey(one.id, other.id);
        if ((differ && otherNumber === "no") || rejected?.has(pair)) continue;
        pairs.set(pair, { ours: one.id, theirs: other.id, doubted: differ && otherNumber === "doubted" });
      }
    }
  }
  return [...pairs.values()];
}

function byKey(candidates: readonly Candidate[], tier: Tier): ReadonlyMap<string, readonly Candidate[]> {
  const index = new Map<string, Candidate[]>();
  for (const each of candidates)
    for (const key of new Set(each.keys[tier])) {
      const there = index.get(key);
      if (there) there.push(each);
      else index.set(key, [each]);
    }
  return index;
}

/** Candidates by id, with the tier that named each. */
type Choice = Map<string, Tier>;

interface Taken {
  readonly ours: ReadonlySet<string>;
  readonly theirs: ReadonlySet<string>;
}

/** What the tiers say of all who are not taken. */
function round(levels: readonly Level[], taken: Taken): readonly Match[] {
  const free = levels.map(({ definition, pairs }) => ({
    definition,
    pairs: pairs.filter(({ ours, theirs }) => !taken.ours.has(ours) && !taken.theirs.has(theirs)),
  }));
  const rivals = rivalsOf(free);
  const chosen = { ours: new Map<string, Choice>(), theirs: new Map<string, Choice>() };
  const decided = { ours: new Set<string>(), theirs: new Set<string>() };
  const matches: Match[] = [];
  const among = (choices: ReadonlyMap<string, Choice>, who: string, other: string): boolean => choices.get(who)?.has(other) ?? true;

  for (const { definition, pairs } of free) {
    const { tier, weight } = definition;
    const open = pairs.filter(
      ({ ours, theirs }) =>
        !decided.ours.has(ours) && !decided.theirs.has(theirs) && among(chosen.ours, ours, theirs) && among(chosen.theirs, theirs, ours),
    );
    const [mine, others] = [counted(open, "ours"), counted(open, "theirs")];
    const left: Pair[] = [];
    for (const pair of open) {
      const { ours, theirs, doubted } = pair;
      const alone = mine.get(ours) === 1 && others.get(theirs) === 1 && !doubted;
      if (!alone || rivals.contests(weight, pair)) left.push(pair);
      else {
        matches.push({ ours, theirs, tier, state: "proposed" });
        decided.ours.add(ours);
        decided.theirs.add(theirs);
      }
    }
    keep(chosen.ours, grouped(left, "ours"), tier, (id) => rivals.of(weight, "ours", id));
    keep(chosen.theirs, grouped(left, "theirs"), tier, (id) => rivals.of(weight, "theirs", id));
  }

  for (const [ours, choice] of chosen.ours) {
    if (decided.ours.has(ours)) continue;
    for (const [theirs, tier] of choice)
      if (!decided.theirs.has(theirs) && among(chosen.theirs, theirs, ours)) matches.push({ ours, theirs, tier, state: "ambiguous" });
  }
  return matches;
}

type Side = "ours" | "theirs";
const opposite = { ours: "theirs", theirs: "ours" } as const;

const counted = (pairs: readonly Pair[], side: Side): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const pair of pairs) counts.set(pair[side], (counts.get(pair[side]) ?? 0) + 1);
  return counts;
};

function grouped(pairs: readonly Pair[], side: Side): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const pair of pairs) groups.set(pair[side], [...(groups.get(pair[side]) ?? []), pair[opposite[side]]]);
  return groups;
}

/** Whoever has several candidates keeps just those, and later tiers choose among them. Of one weight all tiers name candidates. */
function keep(
  choices: Map<string, Choice>,
  left: ReadonlyMap<string, readonly string[]>,
  tier: Tier,
  rivals: (id: string) => Choice,
): void {
  for (const [id, others] of left) {
    if (choices.has(id)) continue;
    choices.set(id, new Map([...rivals(id), ...others.map((other) => [other, tier] as const)]));
  }
}

/** Whom the tiers of one weight name, all together. */
function rivalsOf(levels: readonly Level[]) {
  const named = new Map<string, Choice>();
  const at = (weight: number, side: Side, id: string): string => `${weight} ${side} ${id}`;
  for (const { definition, pairs } of levels)
    for (const pair of pairs)
      for (const side of ["ours", "theirs"] as const) {
        const key = at(definition.weight, side, pair[side]);
        const choice = named.get(key) ?? new Map<string, Tier>();
        if (!choice.has(pair[opposite[side]])) choice.set(pair[opposite[side]], definition.tier);
        named.set(key, choice);
      }
  const of = (weight: number, side: Side, id: string): Choice => named.get(at(weight, side, id)) ?? new Map<string, Tier>();
  /** Whether another tier of the same weight names somebody else for either of a pair that is alone at its own. */
  const contests = (weight: number, { ours, theirs }: Pair): boolean =>
    of(weight, "ours", ours).size > 1 || of(weight, "theirs", theirs).size > 1;
  return { of, contests };
}
