import type { EntityKind } from "../core/entity.ts";
import type { FilterNode, QueryAttribute } from "../filter/ast.ts";
import type { EventCode, LoggedEvent } from "./event.ts";

const attribute = (name: string, type: QueryAttribute["type"] = "string", multiValued = false): QueryAttribute => ({
  name,
  path: [name],
  multiValued,
  type,
  caseExact: true,
});

/** What events are searched by, in the filter grammar of SCIM. `attribute` is each attribute the event changed. */
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
  /** Newest first by default. Events are ordered by id, which is the order of their times to the millisecond. */
  readonly order?: "oldest";
  /** The last event of the page before. */
  readonly after?: string;
  readonly count: number;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** Id of the last event when more follow: ask again with it as `after`. */
  readonly next?: string;
  /** Of a first page: what has been written down when it was read. `arrivals` tells the rest, later. */
  readonly since?: string;
}

export interface ArrivalPage {
  /** In the order of their ids. */
  readonly events: readonly LoggedEvent[];
  /** For the next call; when `more` are there already, at once. */
  readonly since: string;
  readonly more: boolean;
}

export interface EventStory {
  readonly event: LoggedEvent;
  /** Events that led to it, oldest first. */
  readonly causes: readonly LoggedEvent[];
  /** Events it led to, directly or through others, oldest first; the DingTalk calls are in the outcomes among them. */
  readonly effects: readonly LoggedEvent[];
  /** There are more effects than these. */
  readonly truncated: boolean;
}

/** Events with one of these as their own id, among their causes, or as their subject. */
export type Relation = "id" | "cause" | "subject";

export interface RelatedQuery {
  readonly codes?: readonly EventCode[];
  /** Of the subject. */
  readonly kind?: EntityKind;
  readonly after?: string;
  readonly count: number;
}

export type BucketSize = "hour" | "day";

/** From a time (inclusive) to a time (exclusive). */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** How many events of each code there are, by the time of the event. */
export interface Counts extends Period {
  readonly counts: Readonly<Partial<Record<EventCode, number>>>;
}

/** The history as auditors read it. Nobody decides by it. */
export interface EventLog {
  /** Rejects InvalidFilter for what cannot be answered exactly. Every event that was there when the first page was read is in one of the pages. */
  list(query: EventQuery): Promise<EventPage>;
  /**
   * Events that had not been written down when the page with this `since` was read, each once however late its transaction ended: for whoever follows the
   * history. Rejects InvalidFilter for a marker of another database.
   */
  arrivals(query: { readonly since: string; readonly filter?: FilterNode; readonly count: number }): Promise<ArrivalPage>;
  /** Oldest first, by an index. */
  related(by: Relation, values: readonly string[], query: RelatedQuery): Promise<Pick<EventPage, "events" | "next">>;
  /** Hours or days of UTC that have events, oldest first; the first and the last end with the period. */
  histogram(period: Period, by: BucketSize): Promise<readonly Counts[]>;
  story(id: string): Promise<EventStory | undefined>;
}
