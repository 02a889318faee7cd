import type { EntityRef, JsonObject, JsonValue } from "../core/entity.ts";

/** A person or a group of the directory has changed. */
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

/**
 * A source has changed one of several records of a person. The change of the person itself is an event
 * `user.*`.
 */
export const RECORD_CODES = ["record.created", "record.updated", "record.deleted"] as const;

/**
 * All codes: SCIM writes, their effects at a target, and acts of operators. The codes are stable, because
 * auditors and exports rely on them.
 */
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

/**
 * Reads of values, sign-ins and refused credentials. Retention removes them earlier than events about
 * changes.
 */
export const ACCESS_CODES = [
  "personal.read",
  "access.refused",
  "session.opened",
  "session.closed",
] as const satisfies readonly (typeof EVENT_CODES)[number][];

export type EventCode = (typeof EVENT_CODES)[number];

/**
 * `done`: carried out. `refused`: the target refused it. `notSent`: certainly not carried out. `unknown`: a
 * later observation shows whether it was carried out. An intent has one outcome. If another worker has taken
 * the lease meanwhile, the result of the run is an event `target.late`. Earlier versions recorded it as
 * outcome `superseded`.
 */
export const OUTCOMES = ["done", "refused", "notSent", "unknown", "superseded"] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** The old and the new value of each attribute. A missing value is undefined in code and left out in JSON. */
export type Changes = Readonly<Record<string, { readonly before?: JsonValue; readonly after?: JsonValue }>>;

/**
 * One event. It is appended in the transaction of the change that it records, and never altered. Only
 * retention removes events.
 */
export interface HistoryEvent {
  /** UUID version 7. */
  readonly id: string;
  readonly at: Date;
  readonly code: EventCode;
  /** `token:<id>`, `trust:<id>`, `link:<id>`, `worker`, `dingtalk`, `cli` or `system`. */
  readonly actor: string;
  readonly sourceId?: string;
  readonly requestId?: string;
  /** Ids of the events that led to this event. Marks merge, so an intent may have many. */
  readonly causes: readonly string[];
  readonly subject?: EntityRef;
  readonly target?: string;
  readonly attempt?: number;
  readonly outcome?: Outcome;
  readonly changes?: Changes;
  /** Codes, counts and calls. It has no personal data. */
  readonly detail?: JsonObject;
  /**
   * Details that name a person. They are encrypted like the values of `changes`. Callers with
   * `history:personal` get them as part of `detail`.
   */
  readonly personal?: JsonObject;
}

/** An event as the history returns it. */
export interface LoggedEvent extends HistoryEvent {
  /** The key of the subject was destroyed. `changes` has the names of the attributes without values. */
  readonly erased?: true;
  /**
   * The open part, whose hash is in the entry of the log (entry.ts). Undefined for an event of an earlier
   * version whose values are not encrypted yet.
   */
  readonly open?: string;
  /** The encrypted values in Base64. */
  readonly sealed?: string;
}
