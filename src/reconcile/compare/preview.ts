import type { Clock } from "../../core/clock.ts";
import type { EntityRef, JsonObject } from "../../core/entity.ts";
import type { Explanation } from "../../mapping/mapping.ts";
import { personInput } from "../desired/conclude.ts";
import { desiredOf } from "../desired/desired.ts";
import { load } from "../desired/load.ts";
import type { DesiredDeps, DesiredResult } from "../desired/result.ts";
import type { PersonFacts } from "../facts.ts";
import type { Desired, Plan } from "../plan.ts";
import { nextState, RETRY_BASE_MS } from "../run/end/next-state.ts";
import { yieldTo } from "../run/plan/authority.ts";
import { planned } from "../run/plan/planned.ts";
import type { Actual, Attributes, Note } from "../target-values.ts";

export interface PreviewDeps extends DesiredDeps {
  readonly clock: Pick<Clock, "now">;
}

/**
 * The conclusion of a run from the present facts. Sends nothing, does not read the target, and writes
 * nothing.
 */
export type Forecast =
  | {
      readonly kind: "plan";
      readonly desired: Desired;
      readonly shaped: Attributes;
      readonly plan: Plan;
      readonly notes: readonly Note[] /** What the directory tells of the target is to be another thing. */;
      readonly observes: boolean;
    }
  | {
      readonly kind: "invited";
      readonly reasonCode?: string;
      readonly reason?: string;
      readonly remedy?: string;
    }
  | Extract<DesiredResult, { kind: "waiting" | "held" | "parked" }>;

export interface PersonPreview {
  readonly remoteId: string | undefined;
  /** The last observation. Undefined: there is none, so the next run reads first. */
  readonly actual: Actual | undefined;
  /** Departments from attributes of the person, as paths of names. The run creates missing ones. */
  readonly paths: readonly (readonly string[])[];
  readonly forecast: Forecast;
  /** Each rule with its inputs and result. Empty if the directory has no such person. */
  readonly explanations: readonly Explanation[];
}

/** One person with explanations. Undefined if neither the directory nor a link has the person. */
export async function previewPerson(deps: PreviewDeps, personId: string): Promise<PersonPreview | undefined> {
  const ref = { kind: "user", id: personId } as const;
  const known = await load(deps, ref);
  if (known.kind !== "user") return undefined;
  const { facts, classification } = known;
  if (!facts.document && !facts.link) return undefined;
  const actual = actualOf(facts.link);
  return {
    remoteId: facts.link?.remoteId,
    actual,
    paths: classification.paths.map(({ path }) => path.map((level) => level.name)),
    forecast: (await concluded(deps, ref, await desiredOf(deps, ref, known), {
      actual,
      document: facts.document,
    }))!,
    explanations: facts.document ? deps.mapping.explain(personInput(facts)) : [],
  };
}

/**
 * Does the same for any entity. `actual`: an observation that may be newer than the stored one. Undefined for
 * entities without an object of their own at the target.
 */
export async function forecast(
  deps: PreviewDeps,
  ref: EntityRef,
  actual?: Actual,
): Promise<Forecast | undefined> {
  const known = await load(deps, ref, actual ? { actual } : {});
  const resolved = await desiredOf(deps, ref, known);
  const there = actual ?? (known.kind === "group" ? undefined : actualOf(known.facts.link));
  return concluded(deps, ref, resolved, {
    actual: there,
    document: known.kind === "user" ? known.facts.document : undefined,
  });
}

async function concluded(
  deps: PreviewDeps,
  ref: EntityRef,
  resolved: DesiredResult,
  { actual, document }: { readonly actual: Actual | undefined; readonly document: JsonObject | undefined },
): Promise<Forecast | undefined> {
  if (resolved.kind === "settled") return undefined;
  if (resolved.kind !== "desired") return resolved;
  const refused = await deps.store.refused(ref);
  const now = deps.clock.now();
  const { desired, observed } = await yieldTo(deps, ref, {
    document,
    desired: resolved.desired,
    actual,
    now,
  });
  const { invited, shaped, next, notes } = await planned(
    deps,
    ref,
    { ...resolved, desired },
    { actual, refused, now },
  );
  if (!invited) return { kind: "plan", desired, shaped, plan: next, notes, observes: observed !== undefined };
  const { reasonCode, reason, remedy } = nextState(invited.end, 0, { random: 0, baseMs: RETRY_BASE_MS });
  return {
    kind: "invited",
    ...(reasonCode ? { reasonCode } : {}),
    ...(reason ? { reason } : {}),
    ...(remedy ? { remedy } : {}),
  };
}

const actualOf = (link: PersonFacts["link"]): Actual | undefined =>
  link?.remoteId !== undefined && link.observed ? { remoteId: link.remoteId, ...link.observed } : undefined;
