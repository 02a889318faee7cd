import type { Clock } from "../../core/clock.ts";
import type { EntityKind, EntityRef } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { collectUnmanaged, proposeAdoptions, type UnmanagedObjects } from "../adopt/propose.ts";
import { PROPOSE_ALL } from "../adopt/rules.ts";
import { containersOf } from "../containers.ts";
import { sameValue } from "../plan.ts";
import { unlessReplaced, withRecalled } from "../recalled.ts";
import { type Actual, type Attributes, DIFFERED } from "../target-values.ts";
import { type Count, emptyCount, type SweepDeps, type SweepResult } from "./count.ts";
import { relink } from "./found.ts";
import { readOrUnseen } from "./outside-scope.ts";
import type { LinkTo } from "./ports.ts";
import { forecast } from "./preview.ts";

const KINDS = ["department", "user", "role"] as const;

/**
 * Compares all managed entities with the target's lists, page by page. The memory holds one page and the ids
 * seen so far. Differences are marked for the worker. Rejects with the listing's error if any page fails, and
 * then no entity counts as missing (docs/threats.md F57).
 */
export async function sweep(deps: SweepDeps, actor: string, signal: AbortSignal): Promise<SweepResult> {
  const { store, clock, target } = deps;
  const at = clock.now();
  const event = {
    id: uuidv7(at.getTime()),
    at,
    code: "operator.reconcile",
    actor,
    causes: [],
    target: target.name,
  } as const;
  await store.beginSweep(event);
  const count = emptyCount();
  // In this order, because people are compared with departments that are known to exist.
  const unmanaged = collectUnmanaged(target);
  for (const kind of KINDS)
    await sweepKind(deps, kind, { since: await store.moment(), count, event, unmanaged, signal });
  await proposeAdoptions({ ...deps, rules: deps.policy?.adopt ?? PROPOSE_ALL }, unmanaged, event);
  await store.markRefused([event.id]);
  await store.tryCauses([event.id]);
  const { missedEvents, ...counted } = count;
  const result: SweepResult = {
    ...counted,
    repaired: (await store.repair()) + (await store.markUnknown([event.id])),
  };
  await store.endSweep(finished(clock, event, result), missedEvents);
  return result;
}

interface Sweeping {
  readonly since: Date;
  readonly count: Count;
  readonly event: Pick<HistoryEvent, "id">;
  readonly unmanaged: UnmanagedObjects;
  readonly signal: AbortSignal;
}

async function sweepKind(deps: SweepDeps, kind: (typeof KINDS)[number], sweeping: Sweeping): Promise<void> {
  const { store, target } = deps;
  const { since, count, event, unmanaged, signal } = sweeping;
  const seen = new Set<string>();
  const unlinked: Actual[] = [];
  for await (const page of target.list(kind, { signal })) {
    for (const actual of page.actuals) {
      seen.add(actual.remoteId);
      if (kind === "department") unmanaged.tree.add(actual);
    }
    unlinked.push(...(await comparePage(deps, kind, page.actuals, sweeping)));
    if (page.managers) await compareManagers(deps, page.managers, sweeping);
  }
  for await (const slice of store.linksBefore(kind, since)) {
    for (const { id, remoteId } of slice) {
      if (seen.has(remoteId)) continue;
      // A list may lack objects that moved during the listing, or that the app may not see. Only a read of
      // the object proves that it is gone.
      const actual = await readOrUnseen(target, kind, remoteId, signal);
      if (actual === "unseen") {
        // The run of the entity gets the same answer, and waits with that reason.
        await store.noteMissing({ kind, id }, since, [event.id]);
        continue;
      }
      if (actual) {
        const link = (await store.linksTo(kind, [remoteId])).get(remoteId);
        // If the list covers only a part of the target, the object may have moved out of that part.
        if (link?.status === "owned") await compareLinked(deps, kind, actual, link, sweeping);
        continue;
      }
      count.missing += 1;
      if (
        target.reportsChangesOf?.(kind, undefined) &&
        (await store.linksTo(kind, [remoteId])).get(remoteId)?.observed
      )
        count.missedEvents += 1;
      await store.noteMissing({ kind, id }, since, [event.id]);
    }
  }
  const others = await relink(deps, kind, { unlinked, seen }, count, { causes: [event.id], signal });
  if (kind !== "role")
    for (const each of others) kind === "user" ? unmanaged.person(each) : unmanaged.department(each);
}

/** Returns the objects of the page without a link. */
async function comparePage(
  deps: SweepDeps,
  kind: EntityKind,
  page: readonly Actual[],
  sweeping: Sweeping,
): Promise<readonly Actual[]> {
  const { store } = deps;
  const unlinked: Actual[] = [];
  const links = await store.linksTo(
    kind,
    page.map((actual) => actual.remoteId),
  );
  for (const actual of page) {
    const link = links.get(actual.remoteId);
    if (link?.status !== "owned") {
      unlinked.push(actual);
      continue;
    }
    sweeping.count.compared += 1;
    if ((await compareLinked(deps, kind, actual, link, sweeping)) === "replaced") unlinked.push(actual);
  }
  return unlinked;
}

async function compareLinked(
  deps: SweepDeps,
  kind: EntityKind,
  actual: Actual,
  link: LinkTo,
  { since, count, event }: Sweeping,
): Promise<"replaced" | undefined> {
  if (!unlessReplaced(deps.target, kind, actual, link.observed?.attributes ?? link.remembered)) {
    count.missing += 1;
    await deps.store.noteMissing({ kind, id: link.id }, since, [event.id], "replaced");
    return "replaced";
  }
  // An event has already made the entity due for a full read. A list returns fewer attributes, and the others
  // may have changed.
  if (!link.observed && link.remembered) return undefined;
  const now = withRecalled(deps.target, kind, actual, link.observed?.attributes);
  if (link.observed && !differs(link.observed, now)) return undefined;
  const ref: EntityRef = { kind, id: link.id };
  const wrong = await isWrong(deps, ref, now);
  if (wrong) count.differing += 1;
  if (wrong && changedSince(link.observed, now).some((name) => deps.target.reportsChangesOf?.(kind, name)))
    count.missedEvents += 1;
  const seen = wrong ? withDiffered(now, link.observed?.attributes) : now;
  await deps.store.noteObserved(
    ref,
    { actual: seen, containers: containersOf(now.attributes), wrong },
    since,
    [event.id],
  );
  return undefined;
}

/**
 * A list contains only the people whom the app may see. So a difference of managers is only a reason to read
 * the department.
 */
async function compareManagers(
  deps: SweepDeps,
  managers: ReadonlyMap<string, readonly string[]>,
  sweeping: Sweeping,
): Promise<void> {
  const links = await deps.store.linksTo("department", [...managers.keys()]);
  for (const [remoteId, link] of links) {
    const known = link.observed?.attributes["managers"];
    if (link.status !== "owned" || !known || sameValue(known, managers.get(remoteId))) continue;
    const { actual } = await deps.target.read("department", remoteId, { signal: sweeping.signal });
    if (actual) await compareLinked(deps, "department", actual, link, sweeping);
  }
}

const differs = (
  before: { readonly attributes: Attributes; readonly presence: Actual["presence"] },
  now: Actual,
): boolean => before.presence !== now.presence || changedNames(before.attributes, now.attributes).length > 0;

/** Records attributes with an unexpected value, so that their update is read back. */
function withDiffered(actual: Actual, before: Attributes | undefined): Actual {
  if (!before) return actual;
  return {
    ...actual,
    attributes: { ...actual.attributes, [DIFFERED]: [...changedNames(before, actual.attributes)].sort() },
  };
}

/** Attributes whose value was known. A value that nobody has read before may be old. */
const changedSince = (before: LinkTo["observed"], now: Actual): readonly string[] =>
  before
    ? changedNames(before.attributes, now.attributes).filter((name) => before.attributes[name] !== undefined)
    : [];

const changedNames = (before: Attributes, after: Attributes): readonly string[] =>
  Object.keys(after).filter((name) => !sameValue(before[name], after[name]));

/** Only a difference that a run would correct counts. Other attributes belong to others. */
async function isWrong(deps: SweepDeps, ref: EntityRef, actual: Actual): Promise<boolean> {
  const next = await forecast(deps, ref, actual);
  return next !== undefined && (next.kind !== "plan" || next.plan.action !== "none" || next.observes);
}

function finished(
  clock: Clock,
  begun: Pick<HistoryEvent, "id" | "code" | "actor" | "target">,
  result: SweepResult,
): HistoryEvent {
  const at = clock.now();
  const { orphanExamples: _examples, ...detail } = result;
  return { ...begun, id: uuidv7(at.getTime()), at, causes: [begun.id], detail };
}
