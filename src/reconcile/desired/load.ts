import type { EntityRef } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import type { LeaverRules } from "../../policy/policy.ts";
import type { DepartmentFacts, GroupFacts, Link, PersonFacts, RoleFacts } from "../facts.ts";
import { unlessReplaced, withRecalled } from "../recalled.ts";
import type { WriteContext } from "../target.ts";
import type { Actual } from "../target-values.ts";
import { type Classification, classify } from "./conclude.ts";
import { NO_GRACE } from "./leaver.ts";
import type { DesiredDeps, DesiredResult } from "./result.ts";

type Observation = Pick<Actual, "attributes" | "presence">;

/**
 * The known data of one entity. `actual`: the newest observation. `seen`: set if this run has just read it
 * from the target.
 */
export type Known =
  /** `resolved`: set by `place`, which concludes the group. */
  | { readonly kind: "group"; readonly facts: GroupFacts; readonly resolved?: DesiredResult }
  | { readonly kind: "role"; readonly facts: RoleFacts }
  | {
      readonly kind: "user";
      readonly facts: PersonFacts;
      readonly classification: Classification;
      readonly actual: Observation | undefined;
      readonly seen?: Seen;
    }
  | {
      readonly kind: "department";
      readonly facts: DepartmentFacts;
      readonly actual: Observation | undefined;
      readonly seen?: Seen;
    };

interface Seen {
  readonly actual: Actual | undefined;
}

/** The source of a fresh observation: a read by this run, or a read that the caller has just made. */
export interface Looking {
  readonly context?: WriteContext;
  readonly actual?: Actual;
}

/** Loads the facts. Reads the target only with a `context`, and only if the conclusion needs it. */
export async function load(
  deps: DesiredDeps,
  { kind, id }: EntityRef,
  looking: Looking = {},
): Promise<Known> {
  const { store } = deps;
  switch (kind) {
    case "group":
      return { kind, facts: (await store.groups([id])).get(id)! };
    case "role":
      return { kind, facts: (await store.roles([id])).get(id)! };
    case "user": {
      const facts = (await store.people([id])).get(id)!;
      const known = await observed(deps, kind, facts.link, needsPerson(facts, deps.policy), looking);
      return { kind, facts, classification: classify(deps, facts, known.actual), ...known };
    }
    case "department": {
      const facts = (await store.departments([id])).get(id)!;
      const known = await observed(deps, kind, facts.link, needsDepartment(facts), looking);
      // The present managers come from the link.
      const link = known.seen && facts.link ? { ...facts.link, observed: known.seen.actual } : facts.link;
      return { kind, facts: { ...facts, link }, ...known };
    }
    default:
      return unreachable(kind);
  }
}

async function observed(
  { target }: DesiredDeps,
  kind: "user" | "department",
  link: Link | undefined,
  isNeeded: boolean,
  { context, actual }: Looking,
): Promise<{ readonly actual: Observation | undefined; readonly seen?: Seen }> {
  if (actual) return { actual };
  if (!context || !isNeeded || link?.remoteId === undefined || link.observed)
    return { actual: link?.observed };
  const told = await target.read(kind, link.remoteId, context);
  const read = unlessReplaced(target, kind, told.actual, link.remembered);
  const seen = { actual: read && withRecalled(target, kind, read, link.remembered) };
  return { actual: seen.actual, seen };
}

/**
 * The kind of the account decides whether a leaver is disabled or removed. So the kind is read if it is not
 * known.
 */
const needsPerson = (
  { document, link }: PersonFacts,
  { grace = NO_GRACE.grace }: Partial<LeaverRules> = {},
): boolean =>
  document
    ? document["active"] === false
    : grace.regular > 0 || grace.enterprise > 0 || link?.grace !== undefined;

/** A person who has to leave is dropped as manager immediately. This needs the present managers. */
const needsDepartment = ({ node, link }: DepartmentFacts): boolean =>
  node !== undefined && node.leaving.length > 0 && link?.status === "owned";
