import type { Problem } from "../target.ts";

/* The result of an assessment of both sides. */

/** One entry of a list. `id`: in the directory. `remoteId`: at the target. */
export interface Listed {
  readonly id?: string;
  readonly remoteId?: string;
  readonly name?: string;
  readonly detail?: string;
}

/** The number of entries, and the first of them. */
export interface Finding {
  readonly count: number;
  readonly items: readonly Listed[];
}

export interface Share {
  readonly count: number;
  readonly of: number;
  /** 1 if `of` is 0. */
  readonly share: number;
}

/** Matches by tier. Linked entities are certain. */
export interface Matched {
  readonly directory: number;
  readonly target: number;
  readonly linked: number;
  readonly tiers: Readonly<Record<string, number>>;
  readonly ambiguous: Finding;
  readonly onlyHere: Finding;
  readonly onlyThere: Finding;
}

export interface SourceActivity {
  readonly name: string;
  readonly kind: string;
  readonly lastSpoke?: string;
  /** People and groups it changed in the last 24 hours. */
  readonly changedInADay: number;
}

export interface Assessment {
  /** ISO 8601. */
  readonly at: string;
  readonly target: string;
  readonly managedRoot: string;
  readonly figures: {
    /** Active people of the directory with a link or exactly one strong match. */
    readonly matchable: Share;
    /** Active people with everything that the target and the mapping need. */
    readonly complete: Share;
  };
  readonly people: Matched;
  readonly departments: Matched;
  readonly mobiles: { readonly missing: Finding; readonly impossible: Finding; readonly shared: Finding };
  readonly names: { readonly refused: Finding; readonly cut: Finding };
  readonly managers: { readonly notFound: Finding; readonly loop: Finding };
  readonly accounts: {
    readonly neverActivated: Finding;
    readonly administrators: Finding;
    readonly leavers: Finding;
  };
  /** Fields that the mapping fills, but that no person at the target has. */
  readonly customFields: Finding;
  /** Addresses of private e-mail providers, used as accounts. */
  readonly privateAddresses: Finding;
  readonly sources: readonly SourceActivity[];
  /**
   * Hours for which leavers with a regular account keep their access by the policy. Absent: they do not, or
   * the policy says that this is intended.
   */
  readonly accessKeptHours?: number;
  /** Results of the last check. `doctor` makes a new one. */
  readonly permissions: readonly Pick<Problem, "code" | "text" | "remedy">[];
  /** Number of results that need a person's attention. */
  readonly findings: number;
}

const MOST = 100;

/** Counts the entries of one list and keeps the first ones. */
export function createFinding(): { add(listed: Listed): void; done(): Finding } {
  let count = 0;
  const items: Listed[] = [];
  return {
    add(listed) {
      count += 1;
      if (items.length < MOST) items.push(listed);
    },
    done: () => ({ count, items }),
  };
}

export const shareOf = (count: number, of: number): Share => ({
  count,
  of,
  share: of === 0 ? 1 : count / of,
});

/**
 * The number of results that need attention: open decisions, data that keep people out or cause wrong values,
 * and missing permissions. A person on one side only does not count.
 */
export function findingsOf(report: Omit<Assessment, "findings">): number {
  const {
    people,
    departments,
    mobiles,
    names,
    managers,
    accounts,
    customFields,
    privateAddresses,
    permissions,
    accessKeptHours,
  } = report;
  const proposed = [people, departments]
    .flatMap(({ tiers }) => Object.values(tiers))
    .reduce((sum, count) => sum + count, 0);
  const lists = [
    people.ambiguous,
    departments.ambiguous,
    ...Object.values(mobiles),
    ...Object.values(names),
    ...Object.values(managers),
    accounts.leavers,
    customFields,
    privateAddresses,
  ];
  return (
    proposed +
    permissions.length +
    (accessKeptHours === undefined ? 0 : 1) +
    lists.reduce((sum, { count }) => sum + count, 0)
  );
}
