import type { PersonInput } from "../mapping/mapping.ts";

/* The rules about what the loop may do, as an operator writes them. Everything here is data or pure. */

/** The larger of `atLeast` and `percent` of the present number. */
export interface Budget {
  readonly atLeast: number;
  readonly percent: number;
}

/** More than `percent`, if at least `people` are concerned. */
export interface Share {
  readonly people: number;
  readonly percent: number;
}

export interface Limits {
  /** People removed or disabled within 24 hours. */
  readonly peopleRemoved: Budget;
  /** Departments removed within 24 hours. */
  readonly departmentsRemoved: Budget;
  /**
   * The share of its people that a department of at least `people` may lose within an hour, by leaving or
   * moving.
   */
  readonly departmentEmptied: Share;
  /** The share of people for whom one attribute may be emptied, or set to one value, within an hour. */
  readonly attributeBlanked: Share;
  /**
   * The share in percent that a source of at least `people` may lose since last night before removals are
   * held. `silentHours`: its maximum time without requests.
   */
  readonly sourceCollapsed: Share & { readonly silentHours: number };
}

/** The treatment of a match. Only strong matches can be linked automatically. */
export type Adoption = "link" | "propose" | "never";

/**
 * Tiers of people: 1 userid, 2 job number and name, 3 mobile and name, 4 e-mail and name; weak: 5 mobile, 6
 * name and department.
 */
const PEOPLE_TIERS = [1, 2, 3, 4, 5, 6] as const;
/** Tiers of departments: 1 source identifier, 2 path. */
const DEPARTMENT_TIERS = [1, 2] as const;

export interface AdoptionRules {
  readonly people: Readonly<Record<(typeof PEOPLE_TIERS)[number], Adoption>>;
  readonly departments: Readonly<Record<(typeof DEPARTMENT_TIERS)[number], Adoption>>;
  /** The userid that the policy expects of a person, for tier 1. Undefined: none. */
  userid(input: PersonInput): string | undefined;
}

/**
 * `enterprise`: accounts of the organisation, which can be disabled. `regular`: accounts that belong to their
 * person.
 */
export type AccountKind = "regular" | "enterprise";

/** The treatment of people who are inactive or deleted in the directory. */
export interface LeaverRules {
  /** Milliseconds from disabling or parking until the removal; 0: removed without a grace. */
  readonly grace: Readonly<Record<AccountKind, number>> & {
    /**
     * The policy says that regular accounts which are neither parked nor disabled intentionally keep their
     * access.
     */
    readonly keepsAccess?: boolean | undefined;
  };
  /** For inactive people. Deleted people are removed. Absent: see `endOf` in reconcile/desired/leaver.ts. */
  readonly leaver: {
    readonly regular?: "remove" | "park" | "keep" | undefined;
    readonly enterprise?: "disable" | "remove" | undefined;
    /** The person who takes over documents and approvals of removed people. Absent: no hand-over. */
    readonly handOver?:
      | { readonly to: "manager"; readonly otherwise?: string | undefined; readonly reason: string }
      | undefined;
  };
}

/** A leaver at the target. */
export interface Leaver {
  readonly remoteId: string;
  /** The values at the target, by its names. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Undefined: the directory no longer has the person. */
  readonly input: PersonInput | undefined;
}

export interface Policy extends LeaverRules {
  /** First 12 hexadecimal digits of the SHA-256 of the file's meaning. */
  readonly version: string;
  /**
   * Changes with the keys that decide about leavers: who is in scope or protected, what happens to a leaver,
   * and how many may leave.
   */
  readonly leaversVersion: string;
  readonly limits: Limits;
  readonly adopt: AdoptionRules;
  /** Whether there is a pilot. Without one everybody is in scope. */
  readonly isPilot: boolean;
  inScope(input: PersonInput): boolean;
  /** Whether a group with this name is in the pilot. */
  groupInScope(displayName: string): boolean;
  /** Whether an account may have this e-mail address as login or address. Absent: all are allowed. */
  readonly isAddressAllowed?: (address: string) => boolean;
  /** Whether a person must never be removed or disabled. */
  isProtected(leaver: Leaver): boolean;
}
