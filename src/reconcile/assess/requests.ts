import type { Assessment } from "./report.ts";

/** The last requested assessment. While it runs, the report is that of the previous one. */
export interface AssessmentRecord {
  readonly state: "running" | "done" | "failed";
  readonly askedAt: Date;
  readonly endedAt?: Date;
  readonly reason?: string;
  readonly report?: Assessment;
}

/** Assessments for operators. */
export interface AssessmentRequests {
  /**
   * Asks a worker for an assessment, on behalf of `actor`. Repeated requests before it begins count as one.
   */
  request(actor: string): Promise<void>;
  last(): Promise<AssessmentRecord | undefined>;
}
