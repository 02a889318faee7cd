import type { EntityRef, JsonObject, JsonValue } from "../core/entity.ts";

/** Somebody or something of the directory has changed. */
export const DIRECTORY_CODES = [
  "user.created",
  "user.updated",
  "user.activated",
  "user.deactivated",
  "user.deleted",
  "group.created",
  "group.updated",
  "group.deleted",
  "group.members",
  "person.joined",
  "person.separated",
] as const;

/** What a source did to one of several records of a person. `user.*` then tells of the person. */
export const RECORD_CODES = ["record.created", "record.updated", "record.deleted"] as const;

/** Stable: auditors and exports rely on them. A SCIM write, what it led to at a target, and what operators did. */
export const EVENT_CODES = [
  ...DIRECTORY_CODES,
  ...RECORD_CODES,
  "change.scheduled",
  "change.rescheduled",
  "change.rescinded",
  "change.applied",
  "person.proposed",
  "person.refused",
  "record.forgotten",
  "target.intent",
  "target.outcome",
  "target.late",
  "hint.received",
  "newcomer.told",
  "marks.merged",
  "operator.retry",
  "operator.pause",
  "operator.resume",
  "operator.mode",
  "operator.restore",
  "operator.reconcile",
  "operator.assess",
  "operator.acknowledge",
  "operator.replay",
  "operator.alertTest",
  "adoption.proposed",
  "adoption.linked",
  "adoption.rejected",
  "adoption.unlinked",
  "token.created",
  "token.revoked",
  "link.created",
  "link.revoked",
  "session.opened",
  "session.closed",
  "trust.created",
  "trust.removed",
  "source.created",
  "people.imported",
  "people.importRefused",
  "mapping.changed",
  "mode.changed",
  "policy.changed",
  "hold.opened",
  "hold.extended",
  "hold.approved",
  "hold.rejected",
  "hold.dissolved",
  "hold.expired",
  "grace.started",
  "grace.ended",
  "grace.cancelled",
  "database.restored",
  "kpis.measured",
  "personal.read",
  "access.refused",
  "server.started",
  "history.exported",
  "evidence.made",
  "subject.held",
  "subject.released",
  "subject.exported",
  "history.encrypted",
  "history.keyReplaced",
  "history.encryptionKeyReplaced",
  "subject.erased",
  "retention.applied",
] as const;

/** Who looked, who signed in, who was refused: they are kept shorter than what was changed. */
export const ACCESS_CODES = [
  "personal.read",
  "access.refused",
  "session.opened",
  "session.closed",
] as const satisfies readonly (typeof EVENT_CODES)[number][];

export type EventCode = (typeof EVENT_CODES)[number];

/**
 * `done`: carried out. `refused`: the target said no. `notSent`: certainly not carried out. `unknown`: settled by a later observation. An intent has one
 * outcome; what a run learned after others had taken over is an event `target.late`. `superseded` was its outcome in earlier versions.
 */
export const OUTCOMES = ["done", "refused", "notSent", "unknown", "superseded"] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Attribute → [before, after]; an absent side is undefined in code and left out in JSON. */
export type Changes = Readonly<Record<string, { readonly before?: JsonValue; readonly after?: JsonValue }>>;

/** One fact. Appended in the transaction of the change it records; never altered, never removed. */
export interface HistoryEvent {
  /** UUID version 7. */
  readonly id: string;
  readonly at: Date;
  readonly code: EventCode;
  /** `token:<id>`, `trust:<id>`, `link:<id>`, `worker`, `dingtalk`, `cli` or `system`. */
  readonly actor: string;
  readonly sourceId?: string;
  readonly requestId?: string;
  /** Events that led to this one: marks merge, so an intent may have many. */
  readonly causes: readonly string[];
  readonly subject?: EntityRef;
  readonly target?: string;
  readonly attempt?: number;
  readonly outcome?: Outcome;
  readonly changes?: Changes;
  /** Codes, counts, calls: nothing personal. */
  readonly detail?: JsonObject;
  /** Details that name somebody. They are encrypted like the values of `changes`; whoever may see those sees them as part of `detail`. */
  readonly personal?: JsonObject;
}

/** An event as the history tells it. */
export interface LoggedEvent extends HistoryEvent {
  /** The key of its subject was destroyed: `changes` has the names of attributes and no values. */
  readonly erased?: true;
  /** What the log's entry commits to (entry.ts). Undefined while values from before are not encrypted yet. */
  readonly open?: string;
  /** Base64. */
  readonly sealed?: string;
}
