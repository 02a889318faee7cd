import { z } from "zod";

/** What a `refusal` says: one code of either generation, and what goes with it. */
const answerSchema = z
  .strictObject({
    errcode: z.number().int().optional(),
    sub_code: z.string().min(1).optional(),
    code: z.string().min(1).optional(),
    /** Of `code`; the old API answers 200 whatever happens. */
    status: z.number().int().min(400).max(599).optional(),
    message: z.string().optional(),
    /** Put beside them, e.g. `accessdenieddetail`. */
    fields: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(
    ({ errcode, sub_code, code }) => [errcode, sub_code, code].filter((one) => one !== undefined).length === 1,
    "one of errcode, sub_code and code",
  );

/** The body of `POST /_sim/faults`. Without `times` a fault happens once, `ip_ban` lasts five minutes. */
const bodySchema = z.strictObject({
  /** A path, or the beginning of paths. */
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
  "answer belongs to the fault refusal, and to no other",
);

export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault["fault"];

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** The first waiting fault that matches the path and is of a wanted kind; one of its times is used up. */
  take(path: string, wanted: (kind: FaultKind) => boolean): Fault | undefined;
}

/** Faults on the way there: the call arrives after `delayMs`, or without a time when `POST /_sim/release` says so. */
export const happensBefore = (kind: FaultKind): boolean => kind === "late" || kind === "late_unanswered";

/** Faults that let the call happen first: they are used up only by calls the gateway admits. */
export const happensAfter = (kind: FaultKind): boolean => kind === "timeout_after_commit" || kind === "slow";

/** `isPath` knows the paths that exist: naming one exactly means this one only, not those that begin with it. */
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
