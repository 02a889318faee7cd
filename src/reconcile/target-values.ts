/*
 * The port to a target system. Each target has one adapter. The reconcile loop uses the target only through
 * it. Attribute names are the target's own words, as in the mapping file. The loop does not know their
 * meaning, except for the names in RESERVED.
 */
export type AttributeValue = string | number | boolean | null | readonly string[];

export const isEmpty = (value: AttributeValue | undefined): value is undefined | null | "" | readonly [] =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** The elements of a list. None for other values. */
export const listOf = (value: AttributeValue | undefined): readonly string[] =>
  typeof value === "object" && value !== null ? value : [];

/**
 * A flat record in the target's canonical form (trimmed texts, sorted sets). An absent name means "not
 * managed" or "not returned". Null means "empty".
 */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Attributes that the loop itself sets, with remote ids:
 * - user `manager`: remote id of a person, or null
 * - user `departments`: sorted remote ids, never empty; the root stands for "none"
 * - user `mainDepartment`: remote id or null
 * - user `departmentTitles` and `departmentOrders`: sorted `"<remote id of a department>=<value>"`
 * - user `roles`: sorted remote ids
 * - department `parent`: remote id
 * - department `managers`: sorted remote ids of people
 */
export const RESERVED = {
  user: ["manager", "departments", "mainDepartment", "departmentTitles", "departmentOrders", "roles"],
  department: ["parent", "managers"],
} as const;

/**
 * A desired value that the target cannot hold, and the reason. Shown to operators. Not retried, and does not
 * block other attributes.
 */
export interface Note {
  readonly attribute: string;
  /** Stable: see reasons.ts. */
  readonly code: string;
  /** The target's own code of its refusal. */
  readonly answer?: string;
  /** What the administrator has to know or do. */
  readonly text: string;
}

/** One HTTP call to the target, as stored in the history. Has no secret and no personal data. */
export interface TargetCall {
  readonly api: string;
  readonly code: string;
  readonly requestId?: string;
  readonly durationMs: number;
  /**
   * ISO 8601. `at`: time of sending by our clock. `targetAt`: time of the answer by the target's clock, in
   * whole seconds.
   */
  readonly at?: string;
  readonly targetAt?: string;
}

/** The state of one entity at the target, as far as we can read it. */
export interface Actual {
  readonly remoteId: string;
  readonly attributes: Attributes;
  /** Presence of a person: `disabled` exists but cannot sign in. */
  readonly presence: "active" | "disabled";
  /**
   * Our own id of the entity, where the target stores one (a deterministic user id, the source identifier of
   * a department).
   */
  readonly entityId?: string;
  /**
   * The read says that this person is an administrator of the target. Such a person is never removed or
   * disabled.
   */
  readonly isAdministrator?: true;
}

/**
 * An extra attribute of the remembered state: the names of attributes whose actual value differed from the
 * remembered one. Somebody changed them at the target, or the target stored another value than it was sent.
 */
export const DIFFERED = "differed";

/**
 * An extra attribute of the remembered state: the person's own id at the target, which another human under
 * the same remote id does not have.
 */
export const IDENTITY = "identity";

/**
 * Prefix of an extra attribute of the remembered state, which stores a pair beside another attribute: the
 * value that was sent, and the value that the target shows.
 */
export const KEPT = "kept.";

/**
 * The attributes of the target, without the extra ones of the remembered state. These are for later runs
 * only, and are not shown to people.
 */
export const ownAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => name !== DIFFERED && name !== IDENTITY && !name.startsWith(KEPT),
    ),
  );
