/*
 * The port to a target system. Each target has one adapter; the reconcile loop knows the target only through it.
 * Attribute names are the target's own words as the mapping file writes them, and opaque here, but for those in RESERVED.
 */
export type AttributeValue = string | number | boolean | null | readonly string[];

/** A flat record in the target's canonical form (trimmed, sets sorted). An absent name means "not managed" or "not returned"; null means "empty". */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Attributes the loop itself fills in, with remote ids:
 * user `manager` (remote id of a person, or null), user `departments` (sorted remote ids, never empty: the root stands for "none"),
 * user `mainDepartment` (remote id or null), user `departmentTitles` and `departmentOrders` (sorted `"<remote id of a department>=<value>"`),
 * user `roles` (sorted remote ids), department `parent` (remote id), department `managers` (sorted remote ids of people).
 */
export const RESERVED = {
  user: ["manager", "departments", "mainDepartment", "departmentTitles", "departmentOrders", "roles"],
  department: ["parent", "managers"],
} as const;

/** A desired value that the target cannot hold, and why. Shown to the operator, never retried in a loop, never blocks other attributes. */
export interface Note {
  readonly attribute: string;
  /** Stable: see reasons.ts. */
  readonly code: string;
  /** The target's own code, where it refused. */
  readonly answer?: string;
  /** What the administrator should know or do, in plain words. */
  readonly text: string;
}

/** One HTTP call to the target, as the history keeps it. Holds no secret and no personal data. */
export interface TargetCall {
  readonly api: string;
  readonly code: string;
  readonly requestId?: string;
  readonly durationMs: number;
  /** When it was sent, by our clock; when it was answered, by the target's, in whole seconds. ISO 8601. */
  readonly at?: string;
  readonly targetAt?: string;
}

/** What the target holds of one entity, as far as we can read it. */
export interface Actual {
  readonly remoteId: string;
  readonly attributes: Attributes;
  /** How people are present: `invited` has not agreed yet, `disabled` exists but cannot sign in. */
  readonly presence: "active" | "disabled";
  /** Our own id for it where the target keeps one (a deterministic user id, a department's source identifier). */
  readonly entityId?: string;
  /** An administrator of the target, if the read says so: never removed or disabled. */
  readonly isAdministrator?: true;
}

/**
 * An attribute of the remembered state, beside those of the target: names of attributes whose actual value differed from the remembered one. They were changed
 * there, or the target stored another value than it was sent.
 */
export const DIFFERED = "differed";
