import type { HistoryEvent } from "../history/event.ts";
import type { ChannelName } from "./channels/channel.ts";
import type { Occasion, Told } from "./told.ts";

export const INCIDENT_STATES = ["open", "acknowledged", "closed"] as const;

export type IncidentState = (typeof INCIDENT_STATES)[number];

export interface Delivery {
  readonly id: string;
  readonly channel: ChannelName;
  readonly message: Occasion;
  readonly state: "due" | "sent" | "failed";
  readonly attempts: number;
  readonly createdAt: Date;
  readonly nextAt?: Date;
  readonly sentAt?: Date;
  readonly error?: string;
}

export interface Incident extends Told {
  readonly state: IncidentState;
  readonly acknowledgedAt?: Date;
  readonly acknowledgedBy?: string;
  /** The newest ones. */
  readonly deliveries: readonly Delivery[];
}

/** For those who scrape. */
export interface AlertFigures {
  /** Not closed, by what they are. */
  readonly open: readonly {
    readonly class: string;
    readonly cause: string;
    readonly code: string;
    readonly acknowledged: boolean;
    readonly count: number;
  }[];
  /** Messages that are on their way, by channel, and since when the oldest one is. */
  readonly due: readonly { readonly channel: string; readonly count: number; readonly oldest: Date }[];
  /** When somebody last looked for incidents; undefined before the first time. */
  readonly lookedAt?: Date;
  /** Until when every event is in the log; undefined before it has begun. */
  readonly sealedAt?: Date;
  /** When the whole log was read and compared last. */
  readonly verifiedAt?: Date | null;
  readonly historyFault?: string | null;
}

/** Incidents as operators see them. */
export interface IncidentOperations {
  /** Newest first. */
  list(query: {
    readonly state?: IncidentState;
    readonly after?: string;
    readonly count: number;
  }): Promise<{ readonly incidents: readonly Incident[]; readonly next?: string }>;
  get(id: string): Promise<Incident | undefined>;
  openCount(): Promise<number>;
  figures(): Promise<AlertFigures>;
  /** Ends the reminders. Undefined when there is no such incident; one that is closed or acknowledged stays as it is, without an event. */
  acknowledge(id: string, event: HistoryEvent): Promise<Incident | undefined>;
  /** Sends one message again, under its id. Undefined when there is no such delivery. */
  replay(incident: string, delivery: string, event: HistoryEvent): Promise<Incident | undefined>;
}
