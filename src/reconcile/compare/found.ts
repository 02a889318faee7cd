import type { EntityKind } from "../../core/entity.ts";
import { isCanonicalUuid, madeAtMs, uuidv7 } from "../../core/id.ts";
import { pairKey } from "../adopt/match.ts";
import { containersOf } from "../containers.ts";
import type { Actual } from "../target-values.ts";
import { type Count, emptyCount, type SweepDeps } from "./count.ts";
import type { Ownership } from "./ports.ts";

/*
 * Objects without a link that a comparison finds. A late call, an accepted invitation, or a restore of an
 * older database can leave people and departments at the target that carry our own id and that no run
 * manages. Such people may have access that should have ended. They become managed again, and a normal run
 * decides about them under the usual rules. An object is ours if its id is known here, or if we made the id
 * in a period whose events were lost. An unknown id of the same form belongs to somebody else.
 */

const MAX_EXAMPLES = 100;

export interface Listed {
  readonly unlinked: readonly Actual[];
  /** Remote ids of the whole list. */
  readonly seen: ReadonlySet<string>;
}

export interface RelinkContext {
  readonly causes: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Links objects again that are ours. Lists may be outdated or may lack our ids, so each candidate is read
 * before. Resolves with the objects that are not ours. A pair that a person has rejected stays without a
 * link.
 */
export async function relink(
  deps: SweepDeps,
  kind: EntityKind,
  listed: Listed,
  count: Count,
  how: RelinkContext,
): Promise<readonly Actual[]> {
  const { store, target } = deps;
  const showsIds = listed.unlinked.some(({ entityId }) => entityId !== undefined);
  // If the target chooses ids, ours is a field of the object, which the list may leave out.
  const mayHide = target.canFind(kind) && target.remoteIdFor({ kind, id: "" }) === undefined && !showsIds;
  const listedOnes = await ownershipOf(deps, kind, listed.unlinked);
  const unmanaged: Actual[] = [];
  const addUnmanaged = (each: Actual): void => {
    unmanaged.push(each);
    countUnmanaged(count, kind, each);
  };
  for (const each of listed.unlinked) {
    if (each.entityId === undefined ? !mayHide : !isOurs(each.entityId, listedOnes)) {
      addUnmanaged(each);
      continue;
    }
    // One after the other, because there are few.
    const { actual } = await target.read(kind, each.remoteId, { signal: how.signal });
    if (!actual) continue;
    const id = actual.entityId;
    const known = id === each.entityId ? listedOnes : await ownershipOf(deps, kind, [actual]);
    if (id === undefined || !isOurs(id, known) || known.rejected.has(pairKey(id, actual.remoteId))) {
      addUnmanaged(each);
      continue;
    }
    const linked = known.owners.get(id)?.remoteId;
    if (linked === actual.remoteId) continue;
    const ref = {
      kind,
      id: linked !== undefined && (await isThere(deps, kind, linked, listed, how)) ? twinId(deps) : id,
    };
    await store.relink(ref, { actual, containers: containersOf(actual.attributes) }, how.causes);
    count.found += 1;
  }
  return unmanaged;
}

/**
 * Does the same for one object that has appeared, if the target uses our ids as its own. Resolves with
 * whether it is managed again. An object with another form of id was never ours and needs no call.
 */
export async function relinkOne(
  deps: SweepDeps,
  kind: EntityKind,
  remoteId: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isCanonicalUuid(remoteId) || deps.target.remoteIdFor({ kind, id: remoteId }) !== remoteId)
    return false;
  const count = emptyCount();
  const unlinked: readonly Actual[] = [{ remoteId, entityId: remoteId, attributes: {}, presence: "active" }];
  await relink(deps, kind, { unlinked, seen: new Set() }, count, { causes: [], signal });
  return count.found > 0;
}

/**
 * The id for a second object of one entity. It becomes an entity of its own that the directory does not have,
 * so it is removed.
 */
const twinId = ({ clock }: SweepDeps): string => uuidv7(clock.now().getTime());

const isThere = async (
  { target }: SweepDeps,
  kind: EntityKind,
  remoteId: string,
  { seen }: Listed,
  { signal }: RelinkContext,
): Promise<boolean> =>
  seen.has(remoteId) || (await target.read(kind, remoteId, { signal })).actual !== undefined;

const NONE_KNOWN: Ownership = { owners: new Map(), lostPeriods: [], rejected: new Set() };

async function ownershipOf(
  { store }: SweepDeps,
  kind: EntityKind,
  things: readonly Actual[],
): Promise<Ownership> {
  const ids = things.flatMap(({ entityId }) =>
    entityId !== undefined && isCanonicalUuid(entityId) ? [entityId] : [],
  );
  return ids.length > 0 ? store.ownership(kind, ids) : NONE_KNOWN;
}

/** Whether an id is ours. Pure. */
export function isOurs(
  id: string,
  { owners, lostPeriods }: Pick<Ownership, "owners" | "lostPeriods">,
): boolean {
  if (owners.has(id)) return true;
  const atMs = isCanonicalUuid(id) ? madeAtMs(id) : undefined;
  return (
    atMs !== undefined &&
    lostPeriods.some(({ since, until }) => atMs > since.getTime() && atMs <= until.getTime())
  );
}

function countUnmanaged(count: Count, kind: EntityKind, { remoteId, attributes: { name } }: Actual): void {
  count.orphans += 1;
  if (count.orphanExamples.length < MAX_EXAMPLES)
    count.orphanExamples.push({ kind, remoteId, ...(typeof name === "string" ? { name } : {}) });
}
