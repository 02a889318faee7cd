import type { EntityRef } from "../../core/entity.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { AdoptionRules } from "../../policy/policy.ts";
import type { TargetAdapter, WriteContext } from "../target.ts";
import { TargetError } from "../target-failures.ts";
import type { Actual, Attributes } from "../target-values.ts";
import { match } from "./match.ts";
import type { AdoptableKind, AdoptionStore, Proposal } from "./ports.ts";
import { departmentCandidate, evidenceOf, personCandidate, tiersOf } from "./profiles.ts";

/*
 * A create was refused because an object that we do not manage has one of its values. Often this object is
 * the same person, created by hand. The refusal stays, and an operator decides about an adoption.
 */

export interface HolderDeps {
  readonly store: Pick<AdoptionStore, "proposeOne">;
  readonly target: TargetAdapter;
  readonly rules: AdoptionRules;
}

export interface RefusedCreate {
  readonly ref: EntityRef;
  readonly attributes: Attributes;
  /** Remote id of the object that has the value. */
  readonly remoteId: string;
  readonly intent: HistoryEvent;
}

/** Needs one read. The refusal stays, whether the read succeeds or not. */
export async function proposeHolder(
  deps: HolderDeps,
  refused: RefusedCreate,
  context: WriteContext,
): Promise<void> {
  const { ref, remoteId, intent } = refused;
  const { kind } = ref;
  if (kind !== "user" && kind !== "department") return;
  const actual = await read(deps, kind, remoteId, context);
  const proposal = actual && proposalOf(deps, kind, refused, actual);
  if (proposal)
    await deps.store.proposeOne(proposal, { at: intent.at, actor: intent.actor, causes: [intent.id] });
}

async function read(
  { target }: HolderDeps,
  kind: AdoptableKind,
  remoteId: string,
  context: WriteContext,
): Promise<Actual | undefined> {
  try {
    return (await target.read(kind, remoteId, context)).actual;
  } catch (error) {
    // The call is recorded, and the next comparison finds the same match.
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

function proposalOf(
  { target, rules }: HolderDeps,
  kind: AdoptableKind,
  { ref, attributes, remoteId }: RefusedCreate,
  actual: Actual,
): Proposal | undefined {
  const candidate = (id: string, of: Attributes) =>
    kind === "user"
      ? personCandidate({ id, identity: target.identity?.(of) ?? { emails: [] }, departments: [] })
      : departmentCandidate({
          id,
          ownIds: [],
          path: `${of["parent"]}\n${target.nameKey?.(textOf(of["name"])) ?? textOf(of["name"])}`,
        });
  const [found] = match(tiersOf(kind, rules), {
    ours: [candidate(ref.id, attributes)],
    theirs: [candidate(remoteId, actual.attributes)],
  });
  if (!found) return undefined;
  const [name, there, title] = [
    attributes["name"],
    actual.attributes["name"],
    actual.attributes["title"],
  ].map(textOf);
  return {
    kind,
    entity: { id: ref.id, ...(name ? { name } : {}) },
    remote: { id: remoteId, ...(there ? { name: there } : {}), ...(title ? { title } : {}), departments: [] },
    tier: found.tier,
    matched: evidenceOf(kind, found.tier),
    state: found.state,
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
