import type { Mapping } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Proposal } from "../adopt/ports.ts";
import { strengthOf } from "../adopt/rules.ts";
import { personInput } from "../desired/conclude.ts";
import type { PersonFacts } from "../facts.ts";
import type { TargetAdapter } from "../target.ts";
import type { Note } from "../target-values.ts";
import { managerLoops } from "./manager-loops.ts";
import { type Assessment, createFinding, shareOf } from "./report.ts";

/*
 * The directory's part of an assessment. Reads each active person once, in slices. Keeps an id, an address
 * for the lists, and the manager of each.
 */

export interface DirectoryDeps {
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  readonly policy?: Pick<Policy, "isAddressAllowed">;
}

/** Proposals by the id of the entity. */
export type ProposalsOf = ReadonlyMap<string, readonly Proposal[]>;

export const proposalsById = (proposals: readonly Proposal[], kind: Proposal["kind"]): ProposalsOf => {
  const byId = new Map<string, Proposal[]>();
  for (const each of proposals)
    if (each.kind === kind) byId.set(each.entity.id, [...(byId.get(each.entity.id) ?? []), each]);
  return byId;
};

/** E-mail providers for private people. Reported only if the policy has no list of domains. */
const PRIVATE = new Set(
  "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com yahoo.com.hk icloud.com me.com qq.com foxmail.com 163.com 126.com yeah.net sina.com sohu.com aliyun.com 139.com 189.cn netvigator.com gmx.net protonmail.com".split(
    " ",
  ),
);

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

const createLists = () => ({
  ambiguous: createFinding(),
  onlyHere: createFinding(),
  missing: createFinding(),
  impossible: createFinding(),
  refused: createFinding(),
  cut: createFinding(),
  notFound: createFinding(),
  privateAddresses: createFinding(),
});

const startCounting = () => ({
  lists: createLists(),
  count: { active: 0, linked: 0, matchable: 0, complete: 0 },
  byMobile: new Map<string, string[]>(),
  managers: new Map<string, string>(),
  names: new Map<string, string>(),
  wanted: new Set<string>(),
});
type Counted = ReturnType<typeof startCounting>;

export function createDirectoryPart({ target, mapping, policy }: DirectoryDeps, proposed: ProposalsOf) {
  const counted = startCounting();
  const { lists, count, byMobile, names, wanted } = counted;

  return {
    add(id: string, facts: PersonFacts): void {
      if (!facts.document) return;
      count.active += 1;
      const mapped = mapping.person(personInput(facts));
      const { attributes, notes: cut } = target.normalize("user", mapped.attributes);
      const notes: readonly Note[] = [...mapped.notes, ...cut];
      const name = String(
        attributes["name"] ?? mapped.attributes["name"] ?? facts.document["userName"] ?? "",
      );
      names.set(id, name);
      for (const each of Object.keys(mapped.attributes)) wanted.add(each);
      addStanding(counted, proposed.get(id) ?? [], id, name, facts);
      const lacking = target.lacking?.(attributes) ?? [];
      const noted = (attribute: string) => notes.find((note) => note.attribute === attribute);
      for (const { attribute, code } of lacking) {
        const why = noted(attribute);
        const list = attribute === "name" ? lists.refused : why ? lists.impossible : lists.missing;
        list.add({ id, name, detail: why?.text ?? code });
      }
      const named = noted("name");
      if (named && !lacking.some(({ attribute }) => attribute === "name"))
        lists.cut.add({ id, name, detail: named.text });
      const identity = target.identity?.(attributes);
      if (identity?.mobile !== undefined)
        byMobile.set(identity.mobile, [...(byMobile.get(identity.mobile) ?? []), id]);
      const isAllowed = policy?.isAddressAllowed ?? ((address: string) => !PRIVATE.has(domainOf(address)));
      const domains = new Set(
        (target.addresses?.(attributes) ?? []).filter((address) => !isAllowed(address)).map(domainOf),
      );
      for (const domain of domains) lists.privateAddresses.add({ id, name, detail: domain });
      const led = addManager(counted, { id, name }, mapped.manager ?? undefined, facts);
      if (lacking.length === 0 && notes.length === 0 && led) count.complete += 1;
    },

    done: () => partOf(counted),
  };
}

function addStanding(
  { count, lists }: Counted,
  found: readonly Proposal[],
  id: string,
  name: string,
  { link }: PersonFacts,
): void {
  const [first] = found;
  if (link?.status === "owned") {
    count.linked += 1;
    count.matchable += 1;
  } else if (!first) lists.onlyHere.add({ id, name });
  else if (first.state === "ambiguous") {
    const whom = found.map(({ remote }) => `${remote.name ?? ""} (${remote.id})`);
    lists.ambiguous.add({ id, name, detail: whom.join(", ") });
  } else if (strengthOf("user", first.tier) === "strong") count.matchable += 1;
}

/** False: the manager of the person is not found. */
function addManager(
  { managers, lists }: Counted,
  { id, name }: { readonly id: string; readonly name: string },
  reference: string | undefined,
  facts: PersonFacts,
): boolean {
  if (reference === undefined || facts.manager === undefined) return true;
  const { person } = facts.manager;
  if (person && !person.several) {
    managers.set(id, person.id);
    return true;
  }
  lists.notFound.add({ id, name, detail: facts.manager.reference });
  return false;
}

type DirectoryPart = Pick<Assessment, "figures" | "mobiles" | "names" | "managers" | "privateAddresses"> & {
  readonly active: number;
  readonly linked: number;
  readonly ambiguous: Assessment["people"]["ambiguous"];
  readonly onlyHere: Assessment["people"]["onlyHere"];
  /** Attributes for which the mapping gave a value to at least one person. */
  readonly attributes: ReadonlySet<string>;
};

function partOf({ lists, count, byMobile, managers, names, wanted }: Counted): DirectoryPart {
  const shared = createFinding();
  for (const ids of byMobile.values())
    if (ids.length > 1)
      for (const id of ids) shared.add({ id, name: names.get(id) ?? "", detail: `${ids.length}` });
  const loop = createFinding();
  for (const ids of managerLoops(managers))
    for (const id of ids) loop.add({ id, name: names.get(id) ?? "", detail: `${ids.length}` });
  return {
    active: count.active,
    linked: count.linked,
    attributes: wanted,
    figures: {
      matchable: shareOf(count.matchable, count.active),
      complete: shareOf(count.complete, count.active),
    },
    ambiguous: lists.ambiguous.done(),
    onlyHere: lists.onlyHere.done(),
    mobiles: { missing: lists.missing.done(), impossible: lists.impossible.done(), shared: shared.done() },
    names: { refused: lists.refused.done(), cut: lists.cut.done() },
    managers: { notFound: lists.notFound.done(), loop: loop.done() },
    privateAddresses: lists.privateAddresses.done(),
  };
}

/** The number of entities with exactly one proposal, by tier. */
export function tiersOfMatches(proposed: ProposalsOf): Readonly<Record<string, number>> {
  const tiers: Record<string, number> = {};
  for (const [first] of proposed.values())
    if (first?.state === "proposed") tiers[first.tier] = (tiers[first.tier] ?? 0) + 1;
  return tiers;
}
