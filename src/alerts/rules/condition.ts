/*
 * The present problems, one condition for each cause. A condition has no history: incident.ts decides about
 * duration, notification and end.
 */

/**
 * A: needs an operator, who is notified within a minute. B: usually resolves without action; an operator is
 * notified if it does not.
 */
export type IncidentClass = "A" | "B";

/**
 * The kind of a cause; the code gives the exact cause. Each kind has texts in every catalogue and a heading
 * in docs/alerts.md.
 */
export const CAUSE_KINDS = [
  "parked",
  "hold",
  "target",
  "process",
  "source",
  "lost",
  "signal",
  "paused",
  "overdue",
  "latency",
  "silence",
  "comparison",
  "listening",
  "hints",
  "sealing",
  "altered",
  "import",
  "schedule",
  "dates",
  "worker",
  "checkpoint",
  "test",
] as const;

export type CauseKind = (typeof CAUSE_KINDS)[number];

/** Codes, counts and names of sources for the text of a message. Has no data of people. */
export interface Detail {
  /** Entities concerned, by their kind. */
  readonly counts?: Readonly<Record<string, number>>;
  /** DingTalk's own code. */
  readonly answer?: string;
  readonly source?: string;
  /** A limit of the policy. */
  readonly limit?: string;
  readonly seconds?: number;
  readonly targetSeconds?: number;
  /** Percentage of the differences that arrived as events of DingTalk. */
  readonly percent?: number;
  /** A published checkpoint of the history. */
  readonly checkpoint?: string;
  /** ISO 8601: start of the cause, if it is known. */
  readonly since?: string;
}

export interface Condition {
  /** The same for as long as the cause exists. */
  readonly key: string;
  readonly kind: CauseKind;
  /** The reason code. */
  readonly code: string;
  readonly class: IncidentClass;
  readonly count: number;
  readonly detail: Detail;
  /** Minimum duration before a notification. */
  readonly afterMs: number;
}

interface More {
  readonly count?: number;
  readonly detail?: Detail;
  readonly afterMs?: number;
  readonly of?: string;
}

/** A condition; `of` distinguishes conditions of one code. */
export const condition = (
  kind: CauseKind,
  code: string,
  severity: IncidentClass,
  { count = 1, detail = {}, afterMs = 0, of }: More = {},
): Condition => ({
  key: [kind, code, ...(of === undefined ? [] : [of])].join(":"),
  kind,
  code,
  class: severity,
  count,
  detail,
  afterMs,
});
