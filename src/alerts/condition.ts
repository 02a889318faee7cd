/*
 * What is wrong now, one for each cause. A condition has no history: how long it lasts, who was told and when it is over is decided in incident.ts.
 */

/** A: does not heal by itself, somebody is told within a minute. B: heals; somebody is told when it has not. */
export type IncidentClass = "A" | "B";

/** What sort of cause it is; the code beside it says which one. Each has words in every catalogue and a heading in docs/alerts.md. */
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

/** Codes, counts and names of sources: what a message is worded from. Nothing of people. */
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
  /** Of a hundred differences, so many were told by DingTalk. */
  readonly percent?: number;
  /** A checkpoint of the history, as it is served. */
  readonly checkpoint?: string;
  /** ISO 8601: since when, where the cause itself knows. */
  readonly since?: string;
}

export interface Condition {
  /** The same for as long as it is one cause. */
  readonly key: string;
  readonly kind: CauseKind;
  /** The reason code. */
  readonly code: string;
  readonly class: IncidentClass;
  readonly count: number;
  readonly detail: Detail;
  /** It has to last this long before anybody is told. */
  readonly afterMs: number;
}
