import type { EntityRef } from "../../core/entity.ts";
import type { Explanation } from "../../mapping/mapping.ts";
import { concludePerson, concludeRole, judge, personInput } from "../desired/conclude.ts";
import { concludeDepartment } from "../desired/conclude-department.ts";
import type { Wish, WishDeps } from "../desired/result.ts";
import type { PersonFacts } from "../facts.ts";
import type { Desired, Plan } from "../plan.ts";
import { shapedPlan } from "../run/normalized-plan.ts";
import type { Actual, Attributes, Note } from "../target.ts";

/** What a run would conclude from what is known now. Nothing is sent, nothing is read from the target, and nothing is written. */
export type Forecast =
  | { readonly kind: "plan"; readonly desired: Desired; readonly shaped: Attributes; readonly plan: Plan; readonly notes: readonly Note[] }
  | Extract<Wish, { kind: "waiting" | "held" | "parked" }>;

export interface PersonPreview {
  readonly remoteId: string | undefined;
  /** The last observation; undefined when there is none, and then the next run reads first. */
  readonly actual: Actual | undefined;
  /** Departments the person is in by attributes, as paths of names: those of a new path come to be with the run. */
  readonly paths: readonly (readonly string[])[];
  readonly forecast: Forecast;
  /** Every rule with what it read and gave; empty when the directory has no such person. */
  readonly explanations: readonly Explanation[];
}

/** One person, explained. Undefined when neither the directory nor a link knows them. */
export async function previewPerson(deps: WishDeps, personId: string): Promise<PersonPreview | undefined> {
  const facts = (await deps.store.people([personId])).get(personId)!;
  if (!facts.document && !facts.link) return undefined;
  const actual = actualOf(facts.link);
  return {
    remoteId: facts.link?.remoteId,
    actual,
    paths: judge(deps.mapping, deps.target, facts, actual).paths.map(({ path }) => path.map((level) => level.name)),
    forecast: await forecastPerson(deps, personId, facts, actual),
    explanations: facts.document ? deps.mapping.explain(personInput(facts)) : [],
  };
}

/** The same for any entity, against an observation that may be newer than the remembered one. */
export async function forecast(deps: WishDeps, ref: EntityRef, actual: Actual): Promise<Forecast | undefined> {
  const { store } = deps;
  if (ref.kind === "group") return undefined;
  if (ref.kind === "user") return forecastPerson(deps, ref.id, (await store.people([ref.id])).get(ref.id)!, actual);
  const wish =
    ref.kind === "department"
      ? await concludeDepartment(deps, ref.id, (await store.departments([ref.id])).get(ref.id)!, actual)
      : concludeRole((await store.roles([ref.id])).get(ref.id)!);
  return wish.kind === "desired" ? planned(deps, ref, wish.desired, actual) : wish;
}

async function forecastPerson(deps: WishDeps, personId: string, facts: PersonFacts, actual: Actual | undefined): Promise<Forecast> {
  const wish = await concludePerson(deps, personId, facts, judge(deps.mapping, deps.target, facts, actual), actual);
  return wish.kind === "desired" ? planned(deps, { kind: "user", id: personId }, wish.desired, actual) : wish;
}

function planned({ target }: WishDeps, ref: EntityRef, desired: Desired, actual: Actual | undefined): Forecast {
  const { shaped, next, notes } = shapedPlan(target, ref, desired, actual);
  return { kind: "plan", desired, shaped, plan: next, notes };
}

const actualOf = (link: PersonFacts["link"]): Actual | undefined =>
  link?.remoteId !== undefined && link.observed ? { remoteId: link.remoteId, ...link.observed } : undefined;
