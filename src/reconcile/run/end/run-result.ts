import { containersOf } from "../../containers.ts";
import type { GraceStep } from "../../desired/leaver.ts";
import type { DesiredResult } from "../../desired/result.ts";
import type { Claim, LinkChange, RunOutcome } from "../../ports.ts";
import type { TargetAdapter } from "../../target.ts";
import type { Actual, Attributes, Note } from "../../target-values.ts";
import { type Conclusion, conclude, type OpenRefusal } from "../plan/refusals.ts";
import type { RunEnd } from "./run-end.ts";

/* The result of a run except its next state. Pure. */

/**
 * The end of the run decides the next state, the cause and the grace. `refused` absent: the earlier refusals
 * stay.
 */
export interface RunResult extends Omit<RunOutcome, "next" | "cause" | "grace" | "restored"> {
  readonly end: RunEnd;
  /** The step of a leaver's grace at the start of the run. */
  readonly leaver?: GraceStep;
  /** The run restored a removed person from the copy. */
  readonly restores?: boolean;
}

export type DesiredEntity = Extract<DesiredResult, { kind: "desired" }>;

/** Notes of a run, and the refusals that stand. */
export interface Known {
  readonly notes: readonly Note[];
  readonly open: readonly OpenRefusal[];
}

/** No effect on the link or on other entities. */
export const NO_FOLLOW_UPS = {
  link: { kind: "keep" },
  presenceChanged: false,
  departed: [],
  gone: false,
} as const;

/**
 * Whether the entity appears at the target with this run. Then entities that refer to it are requeued. A call
 * of ours, an earlier call or an invitation may have created it.
 */
export const arrives = ({ link }: DesiredEntity): boolean =>
  link?.status !== "owned" || link.adopted?.fresh === true;

export const putLink = (
  actual: Pick<Actual, "remoteId" | "attributes" | "presence">,
): Extract<LinkChange, { kind: "put" }> => ({
  kind: "put",
  remoteId: actual.remoteId,
  attributes: actual.attributes,
  presence: actual.presence,
  containers: containersOf(actual.attributes),
});

/** Stores the read of a held run, so that the next run does not repeat it. */
export function seenLink(desired: DesiredEntity, actual: Actual | undefined): LinkChange {
  const { link } = desired;
  const isNew =
    actual !== undefined &&
    link?.status === "owned" &&
    link.remoteId === actual.remoteId &&
    !isStored(desired);
  return isNew ? { ...putLink(actual), kind: "seen" } : { kind: "keep" };
}

/**
 * Whether the observation of the run is the stored one. A read that the conclusion needed is in the link, but
 * not stored.
 */
const isStored = ({ link, seen }: DesiredEntity): boolean =>
  link?.observed !== undefined && seen === undefined;

/**
 * The link stays while an unanswered call may still be carried out. Afterwards the entity is searched for.
 */
export function leaving(
  target: Pick<TargetAdapter, "canFind">,
  claim: Claim,
  { inDirectory, again }: DesiredEntity,
): Pick<RunResult, "link" | "gone"> & { readonly end?: RunEnd } {
  if (claim.unsettled && target.canFind(claim.ref.kind)) return { link: { kind: "doubt" }, gone: false };
  return again
    ? { link: { kind: "remove" }, gone: false, end: { kind: "again" } }
    : { link: { kind: "remove" }, gone: !inDirectory };
}

export const concluding = (
  target: Pick<TargetAdapter, "freeing">,
  { ref, attempts }: Claim,
  attributes: Attributes,
  { notes, open }: Known,
): Conclusion =>
  conclude(open, notes, {
    kind: ref.kind,
    attempts,
    has: (attribute) => (attributes[attribute] ?? null) !== null,
    canFree: (attribute) => target.freeing(ref, attribute) !== undefined,
  });

/** Nothing has to be sent. */
export function nothingToDo(
  target: Pick<TargetAdapter, "canFind" | "freeing">,
  claim: Claim,
  desired: DesiredEntity,
  actual: Actual | undefined,
  known: Known,
): RunResult {
  const concluded = concluding(target, claim, actual?.attributes ?? {}, known);
  if (actual) {
    const isRemembered = isStored(desired) && !desired.link?.adopted?.fresh;
    const link: LinkChange = isRemembered ? { kind: "keep" } : putLink(actual);
    return { ...NO_FOLLOW_UPS, ...concluded, link, presenceChanged: arrives(desired) };
  }
  const had = desired.link !== undefined;
  return {
    ...NO_FOLLOW_UPS,
    ...concluded,
    ...(had ? { ...leaving(target, claim, desired), presenceChanged: true } : { gone: !desired.inDirectory }),
  };
}
