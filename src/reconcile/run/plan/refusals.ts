import type { EntityRef } from "../../../core/entity.ts";
import type { Holder } from "../../holders.ts";
import type { ReconcileStore } from "../../ports.ts";
import { type Refused, TargetConflict } from "../../target-failures.ts";
import type { AttributeValue, Note } from "../../target-values.ts";
import { MAX_BLOCKED_LOOKS } from "../end/next-state.ts";
import type { Explanation, HeldBy, RunEnd } from "../end/run-end.ts";
import type { LetGo, Refusal, Refusals } from "./refusal.ts";

/*
 * Values that the target refuses. Each is noted, waited for, or released by its holder. A refused value is
 * sent again only after a change.
 */

/** A refusal that still applies, with the expected change of the holder. */
export interface OpenRefusal {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly told: Explanation;
  readonly holder?: Holder;
  readonly stranger?: string;
  readonly letGo?: LetGo;
  /** The holder is not known, and may have released the value by now. */
  readonly lookAgain?: true;
  /**
   * Remote id of a holder that the target names, while the stored observation of that object has another
   * value.
   */
  readonly disproves?: string;
}

type Holders = Pick<ReconcileStore, "holder">;

/** The stored refusals that still apply. A value that its holder has released is sent again. */
export async function stillOpen(
  store: Holders,
  ref: EntityRef,
  remembered: Refusals | undefined,
): Promise<readonly OpenRefusal[]> {
  const open: OpenRefusal[] = [];
  for (const [attribute, { holder: entityId, ...known }] of Object.entries(remembered ?? {})) {
    // There is rarely more than one.
    const holder =
      entityId === undefined
        ? undefined
        : await store.holder(ref, { attribute, value: known.value, entityId });
    if (entityId !== undefined && (!holder || holder.expect === "free")) continue;
    open.push({ attribute, ...known, ...(holder ? { holder } : {}) });
  }
  return open;
}

/** Adds the release of values that others need, if this entity wants another value and cannot have it. */
export async function sparing(
  store: Pick<ReconcileStore, "asked">,
  ref: EntityRef,
  open: readonly OpenRefusal[],
): Promise<readonly OpenRefusal[]> {
  if (ref.kind !== "user" || open.length === 0) return open;
  const asked = await store.asked(ref.id);
  const isAsked = (one: OpenRefusal): boolean =>
    asked.some(({ attribute, value }) => attribute === one.attribute && value !== one.value);
  return open.map((one) => (one.letGo === undefined && isAsked(one) ? { ...one, letGo: "first" } : one));
}

/** The refusals after an attempt. If a value should have been released and was not, this is stored. */
export function afterAttempt(
  open: readonly OpenRefusal[],
  fresh: readonly OpenRefusal[],
): readonly OpenRefusal[] {
  const kept = open.map(
    (one): OpenRefusal =>
      one.letGo && fresh.some(({ attribute }) => attribute === one.attribute)
        ? { ...one, letGo: "refused" }
        : one,
  );
  return [...kept, ...fresh.filter(({ attribute }) => !open.some((one) => one.attribute === attribute))];
}

/** New refusals, with the holders of values that are in use. */
export async function withHolders(
  store: Holders,
  ref: EntityRef,
  refused: readonly Refused[],
): Promise<readonly OpenRefusal[]> {
  return Promise.all(refused.map((one) => withHolder(store, ref, one)));
}

async function withHolder(
  store: Holders,
  ref: EntityRef,
  { attribute, value, error }: Refused,
): Promise<OpenRefusal> {
  const { message, answer, reasonCode, remedy } = error;
  if (!(error instanceof TargetConflict))
    return { attribute, value, told: { reasonCode, answer, reason: message, remedy } };
  const { heldBy: remoteId } = error;
  const found = await store.holder(ref, { attribute, value, remoteId });
  const holder = found?.id === ref.id ? undefined : found;
  const told = (who: string, what: string): Explanation => ({
    reasonCode,
    answer,
    reason: `${message}: ${who}`,
    remedy: what,
  });
  const disproves = holder?.expect === "free" && remoteId !== undefined ? { disproves: remoteId } : {};
  if (holder)
    return { attribute, value, holder, told: told(`${ref.kind} ${holder.id} has it`, OURS), ...disproves };
  if (remoteId === undefined)
    return { attribute, value, lookAgain: true, told: told("it is not known who has it", remedy) };
  return {
    attribute,
    value,
    stranger: remoteId,
    told: told(`${remoteId} has it, whom this service does not manage`, remedy),
  };
}

const OURS = "change one of the two values at its source; the other is then retried automatically";

export interface Situation {
  readonly kind: EntityRef["kind"];
  /** Consecutive runs that did not settle. */
  readonly attempts: number;
  /** Whether the entity has a value of this attribute at the target now. */
  readonly has: (attribute: string) => boolean;
  /** Whether the target allows clearing or replacing this attribute. */
  readonly canFree: (attribute: string) => boolean;
}

export interface Conclusion {
  readonly end: RunEnd;
  readonly refused: Refusals;
}

/** Pure. `notes`: the other notes of the run. */
export function conclude(
  open: readonly OpenRefusal[],
  notes: readonly Note[],
  situation: Situation,
): Conclusion {
  const { kind } = situation;
  const decided = open.map((one) => ({ one, verdict: verdictOn(one, situation) }));
  const those = (wanted: Verdict): readonly OpenRefusal[] =>
    decided.filter(({ verdict }) => verdict === wanted).map(({ one }) => one);
  const remembered = decided
    .filter(({ verdict }) => verdict !== "again")
    .map(({ one, verdict }) => entryOf(one, verdict));
  const refused = Object.fromEntries(remembered);
  const waiting = those("wait");
  const holders = [...new Set(open.flatMap(({ holder }) => (holder ? [holder.id] : [])))];
  const noted = [...notes, ...those("note").map(noteOf)];
  const held = heldBy(kind, waiting[0] ?? those("note").find(({ holder, stranger }) => holder ?? stranger));
  if (those("letGo").length > 0) return { end: { kind: "again" }, refused };
  if (those("again").length > 0)
    return { end: { kind: "soon", explanation: those("again")[0]!.told }, refused };
  if (waiting.length > 0)
    return {
      end: {
        kind: "blocked",
        by: holders,
        holderMoves: true,
        explanation: waiting[0]!.told,
        ...held,
        notes: noted,
      },
      refused,
    };
  return {
    end: { kind: "inSync", notes: noted, ...(holders.length > 0 ? { on: holders } : {}), ...held },
    refused,
  };
}

type Verdict = "note" | "wait" | "letGo" | "again";

function verdictOn(
  { attribute, holder, letGo, lookAgain }: OpenRefusal,
  { attempts, has, canFree }: Situation,
): Verdict {
  if (letGo === "forGood" || letGo === "refused") return "note";
  if (lookAgain) return attempts === 0 ? "again" : "note";
  if (!holder || attempts + 1 >= MAX_BLOCKED_LOOKS) return "note";
  switch (holder.expect) {
    case "free":
      return "again";
    case "moves":
      return "wait";
    case "yields":
    case "spares":
      // If the value cannot be released, that is no reason to remove the account while this person can exist
      // without the value.
      return canFree(attribute) ? "wait" : "note";
    case "circle":
      if (letGo) return "wait";
      return has(attribute) && canFree(attribute) ? "letGo" : "note";
    case "stays":
      return "note";
  }
}

export const entryOf = (one: OpenRefusal, verdict?: Verdict): [string, Refusal] => {
  const { attribute, value, told, holder, stranger, letGo } = one;
  const held = holder ? { holder: holder.id } : stranger === undefined ? {} : { stranger };
  return [
    attribute,
    { value, told, ...held, ...(verdict === "letGo" ? { letGo: "first" } : letGo ? { letGo } : {}) },
  ];
};

export function heldBy(kind: EntityRef["kind"], open: OpenRefusal | undefined): { readonly holder?: HeldBy } {
  if (open?.holder) return { holder: { kind, id: open.holder.id } };
  return open?.stranger === undefined ? {} : { holder: { kind, remoteId: open.stranger } };
}

const noteOf = ({ attribute, told: { reasonCode, answer, reason, remedy } }: OpenRefusal): Note => ({
  attribute,
  code: reasonCode,
  ...(answer === "" ? {} : { answer }),
  text: remedy === "" ? reason : `${reason}; ${remedy}`,
});
