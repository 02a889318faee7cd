import type { FilterNode, QueryAttribute } from "../filter/ast.ts";
import type { LoggedEvent } from "./event.ts";

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

export interface EventPage {
  /** Newest first. */
  readonly events: readonly LoggedEvent[];
  /** Id of the last event when more follow: ask again with it as `after`. */
  readonly next?: string;
}

export interface EventStory {
  readonly event: LoggedEvent;
  /** Events that led to it, oldest first. */
  readonly causes: readonly LoggedEvent[];
  /** Events it led to, directly or through others, oldest first; the DingTalk calls are in the outcomes among them. */
  readonly effects: readonly LoggedEvent[];
  /** More effects than are told here. */
  readonly truncated: boolean;
}

/** The history as auditors read it. Nobody decides by it. */
export interface EventLog {
  /** Rejects InvalidFilter for what cannot be answered exactly. `after`: an event id. */
  list(query: { readonly filter?: FilterNode; readonly after?: string; readonly count: number }): Promise<EventPage>;
  story(id: string): Promise<EventStory | undefined>;
}
