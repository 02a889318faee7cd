import type { HistoryEvent } from "../../history/event.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { AdoptionRules } from "../../policy/policy.ts";
import { personInput } from "../desired/conclude.ts";
import type { PersonFacts } from "../facts.ts";
import type { ReconcileStore } from "../ports.ts";
import type { TargetAdapter } from "../target.ts";
import type { Actual } from "../target-values.ts";
import { type Candidate, match } from "./match.ts";
import type { AdoptionStore, Decision, DecisionEvent, Proposal, RemoteView, TreeNode } from "./ports.ts";
import { departmentCandidate, evidenceOf, type PersonProfile, personCandidate, tiersOf } from "./profiles.ts";
import { createRemoteTree, nodeKeys, type RemoteTree } from "./remote-tree.ts";
import { ruleFor } from "./rules.ts";

/*
 * Proposes matches between our entities and objects at the target, from lists that were read for another
 * purpose. Nothing is written to the target. The memory holds a few values of each person without a link, on
 * both sides.
 */

export interface AdoptDeps {
  readonly store: Pick<ReconcileStore, "people"> &
    AdoptionStore & { accept(id: string, by: DecisionEvent): Promise<Decision> };
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  readonly rules: AdoptionRules;
}

/** The objects of the lists that we do not manage. */
export interface UnmanagedObjects {
  readonly tree: RemoteTree;
  department(object: Actual): void;
  person(object: Actual): void;
  readonly departments: readonly Actual[];
  readonly people: readonly UnmanagedPerson[];
}

export interface UnmanagedPerson {
  readonly profile: Omit<PersonProfile, "departments">;
  readonly title: string | undefined;
  readonly departments: readonly string[];
}

export function collectUnmanaged(
  target: Pick<TargetAdapter, "identity" | "nameKey" | "rootDepartment">,
): UnmanagedObjects {
  const departments: Actual[] = [];
  const people: UnmanagedPerson[] = [];
  return {
    tree: createRemoteTree(target),
    departments,
    people,
    department: (object) => void departments.push(object),
    person({ remoteId, attributes }) {
      if (!target.identity) return;
      people.push({
        profile: { id: remoteId, userid: remoteId, identity: target.identity(attributes) },
        title: typeof attributes["title"] === "string" ? attributes["title"] : undefined,
        departments: Array.isArray(attributes["departments"])
          ? (attributes["departments"] as readonly string[])
          : [],
      });
    },
  };
}

/**
 * Matches everything without a link on both sides, records the proposals, and links where the rules say so.
 * Resolves with the proposals.
 */
export async function proposeAdoptions(
  deps: AdoptDeps,
  unmanaged: UnmanagedObjects,
  cause: Pick<HistoryEvent, "id" | "at" | "actor">,
): Promise<readonly Proposal[]> {
  const { store } = deps;
  const nodes = await store.treeNodes();
  const listing = { id: cause.id, origin: { at: cause.at, actor: cause.actor, causes: [cause.id] } };
  const proposals = [
    ...(await departmentProposals(deps, unmanaged, nodes)),
    ...(await personProposals(deps, unmanaged, nodes)),
  ];
  const ids = await store.propose(proposals, listing);
  await store.withdrawOthers(
    listing,
    unmanaged.people.map(({ profile }) => profile.id),
  );
  const linked = await linkCertain(deps, proposals, ids, {
    at: cause.at,
    actor: "system",
    causes: [cause.id],
  });
  await store.markUnmanagedInside(inhabited(unmanaged, linked), [cause.id]);
  return proposals;
}

async function linkCertain(
  deps: AdoptDeps,
  proposals: readonly Proposal[],
  ids: readonly (string | undefined)[],
  by: DecisionEvent,
): Promise<ReadonlySet<string>> {
  const linked = new Set<string>();
  for (const [at, { kind, tier, state, remote }] of proposals.entries()) {
    const id = ids[at];
    if (id === undefined || state !== "proposed" || ruleFor(deps.rules, kind, tier) !== "link") continue;
    // One after the other, because each is a decision of its own.
    if ((await deps.store.accept(id, by)).kind === "done") linked.add(`${kind} ${remote.id}`);
  }
  return linked;
}

async function departmentProposals(
  deps: AdoptDeps,
  { tree, departments }: UnmanagedObjects,
  nodes: readonly TreeNode[],
): Promise<readonly Proposal[]> {
  const free = nodes.filter(({ remoteId }) => remoteId === undefined);
  if (free.length === 0 || departments.length === 0) return [];
  const keys = nodeKeys(nodes, tree, deps.target);
  const found = match(tiersOf("department", deps.rules), {
    ours: free.map(({ id, ids }) => departmentCandidate({ id, ownIds: ids, path: keys.get(id) ?? "" })),
    theirs: departments.map(({ remoteId, entityId }) =>
      departmentCandidate({
        id: remoteId,
        ownIds: entityId === undefined ? [] : [entityId],
        path: tree.key(remoteId) ?? "",
      }),
    ),
    rejected: await deps.store.rejected("department"),
  });
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return found.map(({ ours, theirs, tier, state }) => ({
    kind: "department",
    entity: named(ours, names.get(ours)),
    remote: { ...named(theirs, tree.path(theirs).split("/").at(-1)), departments: [tree.path(theirs)] },
    tier,
    matched: evidenceOf("department", tier),
    state,
  }));
}

async function personProposals(
  deps: AdoptDeps,
  { tree, people }: UnmanagedObjects,
  nodes: readonly TreeNode[],
): Promise<readonly Proposal[]> {
  if (people.length === 0) return [];
  const keys = nodeKeys(nodes, tree, deps.target);
  const ours: Candidate[] = [];
  const names = new Map<string, string | undefined>();
  for await (const ids of deps.store.unlinkedPeople())
    for (const [id, facts] of await deps.store.people(ids)) {
      if (!facts.document) continue;
      const profile = profileOf(deps, id, facts, tree, keys);
      ours.push(personCandidate(profile));
      names.set(id, profile.identity.name);
    }
  const found = match(tiersOf("user", deps.rules), {
    ours,
    theirs: people.map(({ profile, departments }) =>
      personCandidate({
        ...profile,
        departments: departments.flatMap((department) => tree.key(department) ?? []),
      }),
    ),
    rejected: await deps.store.rejected("user"),
  });
  const there = new Map(people.map((each) => [each.profile.id, each]));
  return found.map(({ ours: id, theirs, tier, state }) => ({
    kind: "user",
    entity: named(id, names.get(id)),
    remote: remoteView(there.get(theirs)!, tree),
    tier,
    matched: evidenceOf("user", tier),
    state,
  }));
}

const named = (id: string, name: string | undefined) => ({
  id,
  ...(name === undefined || name === "" ? {} : { name }),
});

const remoteView = ({ profile, title, departments }: UnmanagedPerson, tree: RemoteTree): RemoteView => ({
  ...named(profile.id, profile.identity.name),
  ...(title === undefined ? {} : { title }),
  departments: departments.map((id) => tree.path(id)),
});

/** The values of a person as the target would hold them. */
export function profileOf(
  { target, mapping, rules }: Pick<AdoptDeps, "target" | "mapping" | "rules">,
  id: string,
  facts: PersonFacts,
  tree: Pick<RemoteTree, "key">,
  keys: ReadonlyMap<string, string>,
): PersonProfile {
  const input = personInput(facts);
  const { attributes } = target.normalize("user", mapping.person(input).attributes);
  const places = [...facts.departments, ...facts.groups.flatMap(({ department }) => department ?? [])];
  return {
    id,
    identity: target.identity?.(attributes) ?? { emails: [] },
    userid: rules.userid(input),
    departments: places.flatMap(
      (place) =>
        (place.remoteId === undefined ? undefined : tree.key(place.remoteId)) ?? keys.get(place.id) ?? [],
    ),
  };
}

/** Departments that contain unmanaged people or objects, and their parents. */
function inhabited(
  { tree, departments, people }: UnmanagedObjects,
  linked: ReadonlySet<string>,
): readonly string[] {
  const inside = [
    ...people.filter(({ profile }) => !linked.has(`user ${profile.id}`)).flatMap((each) => each.departments),
    ...departments
      .filter(({ remoteId }) => !linked.has(`department ${remoteId}`))
      .flatMap(({ remoteId }) => tree.way(remoteId).slice(1)),
  ];
  return [...new Set(inside.flatMap((id) => tree.way(id)))];
}
