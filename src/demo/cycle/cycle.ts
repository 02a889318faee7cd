import type { Clock } from "../../core/clock.ts";
import type { Company } from "../company/company.ts";
import type { Http } from "../server/http.ts";
import type { Memory } from "./memory.ts";

/* What a provisioning cycle needs (play-cycle.ts plays it). */

export interface CycleDeps {
  readonly http: Http;
  readonly clock: Clock;
  readonly memory: Memory;
  /** Writes that the server has acknowledged, in the order of their answers. */
  readonly acknowledged: Acknowledged[];
  /** Called after each object and each reference. */
  step(): void;
}

export interface Acknowledged {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
}

export interface CyclePlan {
  /** The present state of the source directory. */
  readonly wanted: Company;
  /**
   * Whether known objects are searched on the server again, as in a first cycle and after a restart of
   * provisioning.
   */
  readonly match: boolean;
  /** Whether unknown objects are created without a search. */
  readonly fresh?: boolean;
  /** Whether unchanged values are sent too. */
  readonly resend: boolean;
}
