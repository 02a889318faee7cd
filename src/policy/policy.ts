import type { PersonInput } from "../mapping/mapping.ts";

/* What the loop may do on its own, as an operator states it. Everything here is data or pure. */

/** At most `atLeast`, or `percent` of what there is, whichever is more. */
export interface Budget {
  readonly atLeast: number;
  readonly percent: number;
}

/** More than `percent`, where it concerns at least `people`. */
export interface Share {
  readonly people: number;
  readonly percent: number;
}

export interface Limits {
  /** People removed or switched off in 24 hours. */
  readonly peopleRemoved: Budget;
  /** Departments removed in 24 hours. */
  readonly departmentsRemoved: Budget;
  /** What one department of at least `people` may lose in an hour, by leaving or moving. */
  readonly departmentEmptied: Share;
  /** For how many people one attribute may be emptied, or set to one value, in an hour. */
  readonly attributeBlanked: Share;
  /** What a source of at least `people` may lose since last night, in percent, before removals of its people are held; and for how long it may be silent. */
  readonly sourceCollapsed: Share & { readonly silentHours: number };
}

/** What is done with somebody found on both sides. Only what matches strongly can be linked without being asked. */
export type Adoption = "link" | "propose" | "never";

/** Tiers of people: 1 userid, 2 job number and name, 3 mobile and name, 4 e-mail and name; weak: 5 mobile, 6 name and department. */
const PEOPLE_TIERS = [1, 2, 3, 4, 5, 6] as const;
/** Tiers of departments: 1 source identifier, 2 path. */
const DEPARTMENT_TIERS = [1, 2] as const;

export interface AdoptionRules {
  readonly people: Readonly<Record<(typeof PEOPLE_TIERS)[number], Adoption>>;
  readonly departments: Readonly<Record<(typeof DEPARTMENT_TIERS)[number], Adoption>>;
  /** The userid that the directory expects of a person, for tier 1; undefined where it names none. */
  userid(input: PersonInput): string | undefined;
}

/** Accounts of the organisation are `enterprise`: they can be switched off. A regular account belongs to its person. */
export type AccountKind = "regular" | "enterprise";

/** What becomes of people who are inactive or gone in the directory. */
export interface LeaverRules {
  /** Milliseconds from being switched off or parked to being removed; 0: removed at once. */
  readonly grace: Readonly<Record<AccountKind, number>> & {
    /** Whoever wrote the policy knows that regular accounts which are neither parked nor switched off keep their access meanwhile. */
    readonly keepsAccess?: boolean | undefined;
  };
  /** Of people who are inactive; whoever is deleted is removed. Absent: see `endOf` in reconcile/desired/leaver.ts. */
  readonly leaver: {
    readonly regular?: "remove" | "park" | "keep" | undefined;
    readonly enterprise?: "disable" | "remove" | undefined;
    /** The person who takes over documents and approvals of removed people. Absent: no hand-over. */
    readonly handOver?: { readonly to: "manager"; readonly otherwise?: string | undefined; readonly reason: string } | undefined;
  };
}

/** Somebody at the target, who is to leave. */
export interface Leaver {
  readonly remoteId: string;
  /** What the target holds of them, by its names. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Undefined when the directory has no such person any more. */
  readonly input: PersonInput | undefined;
}

export interface Policy extends LeaverRules {
  /** First 12 hexadecimal digits of the SHA-256 of the file's meaning. */
  readonly version: string;
  readonly limits: Limits;
  readonly adopt: AdoptionRules;
  /** Whether there is a pilot; without one everybody is in scope. */
  readonly isPilot: boolean;
  inScope(input: PersonInput): boolean;
  /** Whether a group of this name is one of the pilot's. */
  groupInScope(displayName: string): boolean;
  /** Whether an e-mail address may become somebody's login or address at the target; absent: every one may. */
  readonly isAddressAllowed?: (address: string) => boolean;
  /** Whether somebody may never be removed or switched off. */
  isProtected(leaver: Leaver): boolean;
}
