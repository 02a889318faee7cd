import type { JoinKey, SourceRules } from "../mapping/sources.ts";

/*
 * Finds the person to whom a record may belong. Keys are tried in their order. The first key that leads to
 * exactly one person decides. If it leads to several, an operator decides. Pure.
 */

/** Another record with an equal value. */
export interface Likeness {
  readonly key: JoinKey;
  /** The person of that record. */
  readonly personId: string;
  readonly sourceId: string;
  readonly active: boolean;
}

export interface Compared {
  readonly sourceId: string;
  readonly active: boolean;
  readonly found: readonly Likeness[];
  /** Persons that an operator has declared different. */
  readonly refused: ReadonlySet<string>;
  /** Both have an account at the target. If they were joined, one account would be removed. */
  readonly bothLinked: ReadonlySet<string>;
}

export type Match =
  | { readonly kind: "nobody" }
  /** `certain`: joined without a question. */
  | {
      readonly kind: "somebody";
      readonly personId: string;
      readonly matched: readonly JoinKey[];
      readonly certain: boolean;
    }
  | {
      readonly kind: "ambiguous";
      readonly personIds: readonly string[];
      readonly matched: readonly JoinKey[];
    };

export function matchRecord(compared: Compared, { join }: Pick<SourceRules, "join">): Match {
  const possible = compared.found.filter(
    (one) => !compared.refused.has(one.personId) && mayBeOne(compared, one),
  );
  for (const { by, decide } of join) {
    const alike = possible.filter(({ key }) => key === by);
    const personIds = [...new Set(alike.map(({ personId }) => personId))].sort();
    const [personId, ...others] = personIds;
    if (personId === undefined) continue;
    if (others.length > 0) return { kind: "ambiguous", personIds, matched: [by] };
    const matched = [
      by,
      ...join.map((each) => each.by).filter((key) => key !== by && isAlike(possible, key, personId)),
    ];
    const certain = decide === "join" && isOnlyOne(compared, by) && !compared.bothLinked.has(personId);
    return { kind: "somebody", personId, matched, certain };
  }
  return { kind: "nobody" };
}

/**
 * One source may have two records of a person if one has ended: a worker who got another number, or came
 * back.
 */
const mayBeOne = (record: Pick<Compared, "sourceId" | "active">, other: Likeness): boolean =>
  record.sourceId !== other.sourceId || !record.active || !other.active;

const isAlike = (possible: readonly Likeness[], key: JoinKey, personId: string): boolean =>
  possible.some((one) => one.key === key && one.personId === personId);

/** The value is unique: no other record of the same source has it, and at most one in each other source. */
function isOnlyOne({ sourceId, found }: Compared, key: JoinKey): boolean {
  const alike = found.filter((one) => one.key === key);
  const sources = alike.map((one) => one.sourceId);
  return !sources.includes(sourceId) && new Set(sources).size === sources.length;
}
