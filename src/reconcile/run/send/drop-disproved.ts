import type { EntityRef } from "../../../core/entity.ts";
import type { Plan } from "../../plan.ts";
import type { Claim, ReconcileStore } from "../../ports.ts";
import type { TargetAdapter } from "../../target.ts";
import type { Written } from "../../target-failures.ts";
import type { OpenRefusal } from "../plan/refusals.ts";

interface DropDeps {
  readonly store: Pick<ReconcileStore, "dropObservations">;
  readonly target: Pick<TargetAdapter, "disproved" | "rootDepartment">;
}

/**
 * Drops observations that a refusal has disproved. Resolves with the ids of the managed entities, which are
 * requeued.
 */
export async function dropDisproved(
  { store, target }: DropDeps,
  ref: EntityRef,
  plan: Plan,
  { answers, cause }: { readonly answers: readonly string[]; readonly cause: string },
): Promise<readonly string[]> {
  const sent =
    plan.action === "create"
      ? plan.attributes
      : plan.action === "update"
        ? { ...plan.actual.attributes, ...plan.set }
        : {};
  const ids: string[] = [];
  for (const { attribute, kind, andAbove } of answers.flatMap((answer) =>
    target.disproved(ref.kind, answer),
  )) {
    const named = [sent[attribute] ?? []].flat().map(String);
    const others = named.filter((remoteId) => remoteId !== target.rootDepartment);
    if (others.length > 0)
      ids.push(...(await store.dropObservations(kind, others, [cause], andAbove ? "above" : undefined)));
  }
  return ids;
}

/**
 * Does the same for holders of values that have other values according to their stored observations. The
 * first refusal proves nothing: the holder may have released the value while the refusal was on its way.
 */
export async function dropWrongHolders(
  { store }: Pick<DropDeps, "store">,
  { ref, attempts }: Pick<Claim, "ref" | "attempts">,
  open: readonly OpenRefusal[],
  cause: string,
): Promise<void> {
  const wrong = attempts === 0 ? [] : open.flatMap(({ disproves }) => disproves ?? []);
  if (wrong.length > 0) await store.dropObservations(ref.kind, wrong, [cause]);
}

/** The target's answers about attributes that it did not accept. */
export const answersOf = (written: Written | undefined): readonly string[] => [
  ...(written?.notes ?? []).flatMap(({ answer }) => answer ?? []),
  ...(written?.refused ?? []).map(({ error }) => error.answer),
];
