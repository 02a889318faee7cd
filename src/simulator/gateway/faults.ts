import { z } from "zod";

/**
 * The answer of the fault `refusal`: exactly one code of the old or the new API, with the other fields of the
 * answer.
 */
const answerSchema = z
  .strictObject({
    errcode: z.number().int().optional(),
    sub_code: z.string().min(1).optional(),
    code: z.string().min(1).optional(),
    /** HTTP status for `code`. The old API always answers 200. */
    status: z.number().int().min(400).max(599).optional(),
    message: z.string().optional(),
    /** Further fields of the answer, e.g. `accessdenieddetail`. */
    fields: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(
    ({ errcode, sub_code, code }) =>
      [errcode, sub_code, code].filter((one) => one !== undefined).length === 1,
    "one of errcode, sub_code and code",
  );

/** The body of `POST /_sim/faults`. Without `times` a fault happens once, and `ip_ban` lasts five minutes. */
const bodySchema = z.strictObject({
  /** A path, or a prefix of paths. */
  match: z.string().startsWith("/").default("/"),
  fault: z.enum([
    "http500",
    "timeout_before",
    "timeout_after_commit",
    "rate_limit",
    "busy",
    "token_expired",
    "ip_ban",
    "permission",
    "slow",
    "late",
    "late_unanswered",
    "global_limit",
    "quota",
    "refusal",
  ]),
  times: z.number().int().min(1).max(1_000_000_000).optional(),
  delayMs: z.number().int().min(0).max(600_000).default(0),
  answer: answerSchema.optional(),
});

export const faultSchema = bodySchema.refine(
  ({ fault, answer }) => (fault === "refusal") === (answer !== undefined),
  "answer is required for the fault refusal, and not allowed for other faults",
);

export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault["fault"];

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /**
   * The oldest fault that matches the path and whose kind is wanted. Reduces its remaining `times` by one.
   */
  take(path: string, wanted: (kind: FaultKind) => boolean): Fault | undefined;
}

/**
 * Faults that delay the call itself. It arrives after `delayMs`; with a `delayMs` of 0, after `POST
 * /_sim/release`.
 */
export const happensBefore = (kind: FaultKind): boolean => kind === "late" || kind === "late_unanswered";

/** Faults after the call was carried out. Only calls that the gateway admits use them up. */
export const happensAfter = (kind: FaultKind): boolean => kind === "timeout_after_commit" || kind === "slow";

/**
 * `isPath` tells whether a path exists. A `match` that is an existing path matches only this path; any other
 * `match` is a prefix.
 */
export function createFaults(isPath: (path: string) => boolean): Faults {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    clear: () => {
      waiting.length = 0;
    },
    list: () => waiting.map(({ fault, left }) => ({ ...fault, times: left })),
    take(path, wanted) {
      if (waiting.length === 0) return undefined;
      const at = waiting.findIndex(({ fault }) => wanted(fault.fault) && matches(fault.match, path));
      const found = waiting[at];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting.splice(at, 1);
      return found.fault;
    },
  };

  function matches(match: string, path: string): boolean {
    return isPath(match) ? path === match : path.startsWith(match);
  }
}
