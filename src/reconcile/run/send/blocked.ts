import type { Plan } from "../../plan.ts";
import type { Claim, ReconcileStore } from "../../ports.ts";
import type { TargetAdapter } from "../../target.ts";
import { TargetConflict } from "../../target-failures.ts";
import { type Conclusion, entryOf, heldBy, type OpenRefusal, withHolders } from "../plan/refusals.ts";

export interface Blocked {
  readonly open: readonly OpenRefusal[];
  readonly conclusion: Conclusion;
}

/**
 * A required value that an entity of ours has may become free. If an unmanaged object has it, a person has to
 * decide.
 */
export async function blockedBy(
  {
    store,
    target,
  }: { readonly store: Pick<ReconcileStore, "holder">; readonly target: Pick<TargetAdapter, "freeing"> },
  claim: Claim,
  next: Plan,
  error: unknown,
): Promise<Blocked | undefined> {
  if (!(error instanceof TargetConflict)) return undefined;
  const wanted = next.action === "create" ? next.attributes : next.action === "update" ? next.set : {};
  const open = await withHolders(store, claim.ref, [
    { attribute: error.attribute, value: wanted[error.attribute] ?? null, error },
  ]);
  const [{ told: explanation, holder }] = open as [OpenRefusal];
  const refused = Object.fromEntries(open.map((one) => entryOf(one)));
  const holderMoves =
    holder !== undefined &&
    (holder.expect === "spares"
      ? target.freeing(claim.ref, error.attribute) !== undefined
      : holder.expect !== "stays" && holder.expect !== "circle");
  return {
    open,
    conclusion: {
      end: {
        kind: "blocked",
        by: holder ? [holder.id] : [],
        holderMoves,
        explanation,
        ...heldBy(claim.ref.kind, open[0]),
        notes: [],
      },
      refused,
    },
  };
}
