import type { EntityKind } from "../core/entity.ts";
import type { FilterNode, QueryAttribute } from "../filter/ast.ts";
import type { EventCode, LoggedEvent } from "./event.ts";

const attribute = (
  name: string,
  type: QueryAttribute["type"] = "string",
  multiValued = false,
): QueryAttribute => ({
  name,
  path: [name],
  multiValued,
  type,
  caseExact: true,
});

/**
 * Attributes of events that a filter may name, in the filter grammar of SCIM. `attribute` has the name of
 * each attribute that the event changed.
 */
export const EVENT_ATTRIBUTES: readonly QueryAttribute[] = [
  attribute("at", "dateTime"),
  attribute("code"),
  attribute("actor"),
  attribute("source"),
  attribute("subject"),
  attribute("requestId"),
  attribute("outcome"),
  attribute("target"),
  attribute("attribute", "string", true),
];

export interface EventQuery {
  readonly filter?: FilterNode;
  /**
   * Newest first by default. Events are ordered by id. This is the order of their times, to the millisecond.
   */
  readonly order?: "oldest";
  /** Id of the last event of the previous page. */
  readonly after?: string;
  readonly count: number;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** Id of the last event of this page, if more events follow. It is the `after` of the next page. */
  readonly next?: string;
  /**
   * Only on a first page: a marker of the events that were committed when the page was read. `arrivals`
   * returns the events after it.
   */
  readonly since?: string;
}

export interface ArrivalPage {
  /** In the order of their ids. */
  readonly events: readonly LoggedEvent[];
  /** The marker for the next call. */
  readonly since: string;
  /** More events are there already: call again without waiting. */
  readonly more: boolean;
}

export interface EventStory {
  readonly event: LoggedEvent;
  /** Events that led to this event, oldest first. */
  readonly causes: readonly LoggedEvent[];
  /**
   * Events that this event led to, directly or through other events, oldest first. Outcomes among them have
   * the calls to DingTalk.
   */
  readonly effects: readonly LoggedEvent[];
  /** There are more effects than `effects` has. */
  readonly truncated: boolean;
}

/** The place where an event has one of the given ids: as its own id, among its causes, or as its subject. */
export type Relation = "id" | "cause" | "subject";

export interface RelatedQuery {
  readonly codes?: readonly EventCode[];
  /** Kind of the subject. */
  readonly kind?: EntityKind;
  readonly after?: string;
  readonly count: number;
}

export type BucketSize = "hour" | "day";

/** `from` is inclusive, `to` is exclusive. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The number of events of each code whose time is in the period. */
export interface Counts extends Period {
  readonly counts: Readonly<Partial<Record<EventCode, number>>>;
}

/** The history for auditors. The loop makes no decision from it. */
export interface EventLog {
  /**
   * Pages of events. Every event that was committed before the first page was read is in one of the pages.
   * Rejects with InvalidFilter if the filter cannot be answered exactly.
   */
  list(query: EventQuery): Promise<EventPage>;
  /**
   * Events that were not committed yet when the page with this `since` was read. Each event is returned once,
   * even if its transaction ends late. It serves clients that follow the history. Rejects with InvalidFilter
   * if the marker is from another database.
   */
  arrivals(query: {
    readonly since: string;
    readonly filter?: FilterNode;
    readonly count: number;
  }): Promise<ArrivalPage>;
  /** Events with a relation to one of the ids, oldest first. An index answers it. */
  related(
    by: Relation,
    values: readonly string[],
    query: RelatedQuery,
  ): Promise<Pick<EventPage, "events" | "next">>;
  /** Hours or days of UTC that have events, oldest first. The first and the last are cut to the period. */
  histogram(period: Period, by: BucketSize): Promise<readonly Counts[]>;
  /** One event with its causes and effects. Undefined: there is no such event. */
  story(id: string): Promise<EventStory | undefined>;
}
