import type { Assessment } from "./report.ts";

/** The last assessment that was asked for. While one runs, the report is that of the one before. */
export interface AssessmentRecord {
  readonly state: "running" | "done" | "failed";
  readonly askedAt: Date;
  readonly endedAt?: Date;
  readonly reason?: string;
  readonly report?: Assessment;
}

/** What operators may ask about assessments. */
export interface AssessmentRequests {
  /** Asks a worker for one, on behalf of `actor`; asked twice before it began is asked once. */
  request(actor: string): Promise<void>;
  last(): Promise<AssessmentRecord | undefined>;
}
