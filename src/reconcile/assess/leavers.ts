import { match } from "../adopt/match.ts";
import type { Proposal } from "../adopt/ports.ts";
import { personCandidate, tiersOf } from "../adopt/profiles.ts";
import { type AdoptDeps, profileOf, type UnmanagedPerson } from "../adopt/propose.ts";
import { PROPOSE_ALL } from "../adopt/rules.ts";
import { createFinding, type Finding } from "./report.ts";

/*
 * People who have left by the directory, and still have an account at the target without a link. Only strong
 * matches count, and no match that may also be an active person. They are reported and never proposed,
 * because an adopted inactive person would be removed.
 */
export async function leaversThere(
  deps: Pick<AdoptDeps, "target" | "mapping" | "store" | "rules"> & {
    readonly ids: AsyncIterable<readonly string[]>;
  },
  unmanaged: readonly UnmanagedPerson[],
  proposals: readonly Proposal[],
): Promise<Finding> {
  const list = createFinding();
  const taken = new Set(proposals.filter(({ kind }) => kind === "user").map(({ remote }) => remote.id));
  const free = unmanaged.filter(({ profile }) => !taken.has(profile.id));
  if (free.length === 0) return list.done();
  const left = new Map<string, string>();
  const ours = [];
  for await (const ids of deps.ids)
    for (const [id, facts] of await deps.store.people(ids)) {
      if (!facts.document) continue;
      const profile = profileOf(deps, id, facts, { key: () => undefined }, new Map());
      left.set(id, profile.identity.name ?? "");
      ours.push(personCandidate(profile));
    }
  const strong = tiersOf("user", PROPOSE_ALL).filter((tier) => tier.strong);
  const found = match(strong, {
    ours,
    theirs: free.map(({ profile }) => personCandidate({ ...profile, departments: [] })),
  });
  for (const { ours: id, theirs, state } of found)
    if (state === "proposed") list.add({ id, remoteId: theirs, name: left.get(id) ?? "" });
  return list.done();
}
