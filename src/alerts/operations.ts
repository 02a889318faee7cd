import type { HistoryEvent } from "../history/event.ts";
import type { ChannelName } from "./channels/channel.ts";
import type { IncidentFacts, Occasion } from "./messages/incident-facts.ts";

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

export interface Incident extends IncidentFacts {
  readonly state: IncidentState;
  readonly acknowledgedAt?: Date;
  readonly acknowledgedBy?: string;
  /** The newest deliveries. */
  readonly deliveries: readonly Delivery[];
}

/** Figures for metrics. */
export interface AlertFigures {
  /** Incidents that are not closed, by class and cause. */
  readonly open: readonly {
    readonly class: string;
    readonly cause: string;
    readonly code: string;
    readonly acknowledged: boolean;
    readonly count: number;
  }[];
  /** Pending messages by channel, and the time of the oldest one. */
  readonly due: readonly { readonly channel: string; readonly count: number; readonly oldest: Date }[];
  /** Time of the last evaluation of the rules. Undefined: there was none. */
  readonly lookedAt?: Date;
  /** All events before this time are in the log. Undefined: the log has not begun. */
  readonly sealedAt?: Date;
  /** Time of the last complete check of the log. */
  readonly verifiedAt?: Date | null;
  readonly historyFault?: string | null;
}

/** Incidents for operators. */
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
  /**
   * Ends the reminders. Undefined: there is no such incident. A closed or acknowledged incident stays
   * unchanged, without an event.
   */
  acknowledge(id: string, event: HistoryEvent): Promise<Incident | undefined>;
  /** Sends one message again with the same id. Undefined: there is no such delivery. */
  replay(incident: string, delivery: string, event: HistoryEvent): Promise<Incident | undefined>;
}
