import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { accessKeptMs } from "../../policy/advice.ts";
import type { AdoptionRules, LeaverRules, Policy } from "../../policy/policy.ts";
import type { Proposal } from "../adopt/ports.ts";
import {
  type AdoptDeps,
  collectUnmanaged,
  proposeAdoptions,
  type UnmanagedObjects,
} from "../adopt/propose.ts";
import { PROPOSE_ALL } from "../adopt/rules.ts";
import type { SweepStore } from "../compare/ports.ts";
import type { Problem } from "../target.ts";
import type { Actual } from "../target-values.ts";
import { createDirectoryPart, type ProposalsOf, proposalsById, tiersOfMatches } from "./directory.ts";
import { leaversThere } from "./leavers.ts";
import {
  type Assessment,
  createFinding,
  type Finding,
  findingsOf,
  type Matched,
  type SourceActivity,
} from "./report.ts";

/*
 * The assessment: which people and departments of both sides match, and which data will keep people out or
 * cause wrong values. Reads the lists of the target page by page, and the directory in slices. Writes nothing
 * to the target. Works with an empty directory.
 */

export interface AssessmentStore {
  /** Ids of the active people of the directory, in slices. */
  activePeople(): AsyncIterable<readonly string[]>;
  /** Ids of people who are inactive in the directory and have no link, in slices. */
  unlinkedLeavers(): AsyncIterable<readonly string[]>;
  sources(): Promise<readonly SourceActivity[]>;
  /** Problems that the last checks of all running processes found. */
  knownProblems(): Promise<readonly Pick<Problem, "code" | "text" | "remedy">[]>;
  beginAssessment(event: HistoryEvent): Promise<void>;
  endAssessment(report: Assessment, event: HistoryEvent): Promise<void>;
  /** Records why there is no report. */
  failAssessment(reason: string): Promise<void>;
}

export interface AssessDeps extends Omit<AdoptDeps, "rules"> {
  readonly store: AdoptDeps["store"] & AssessmentStore & Pick<SweepStore, "linksTo">;
  readonly clock: Clock;
  readonly policy?: LeaverRules & Pick<Policy, "isAddressAllowed"> & { readonly adopt: AdoptionRules };
}

/** Numbers read so far. */
export interface AssessmentProgress {
  departments(read: number): void;
  people(read: number): void;
  directory(read: number): void;
}

const SILENT: AssessmentProgress = {
  departments: () => undefined,
  people: () => undefined,
  directory: () => undefined,
};

/**
 * Makes the report, records it, and proposes adoptions. Rejects with the error of a list, because a part of a
 * list proves nothing.
 */
export async function assess(
  deps: AssessDeps,
  actor: string,
  signal: AbortSignal,
  progress: AssessmentProgress = SILENT,
): Promise<Assessment> {
  const { store, clock, target } = deps;
  const at = clock.now();
  const event = {
    id: uuidv7(at.getTime()),
    at,
    code: "operator.assess",
    actor,
    causes: [],
    target: target.name,
  } as const;
  await store.beginAssessment(event);
  try {
    const report = await reportOf(deps, event, signal, progress);
    const endedAt = clock.now();
    const { matchable, complete } = report.figures;
    const detail = { findings: report.findings, matchable: { ...matchable }, complete: { ...complete } };
    await store.endAssessment(report, {
      ...event,
      id: uuidv7(endedAt.getTime()),
      at: endedAt,
      causes: [event.id],
      detail,
    });
    return report;
  } catch (error) {
    await store.failAssessment(error instanceof Error ? error.message : "unexpected error");
    throw error;
  }
}

async function reportOf(
  deps: AssessDeps,
  event: HistoryEvent,
  signal: AbortSignal,
  progress: AssessmentProgress,
): Promise<Assessment> {
  const { store, target } = deps;
  const { proposed, there, ...found } = await bothSides(deps, event, signal, progress);
  const part = createDirectoryPart(deps, proposed);
  let read = 0;
  for await (const ids of store.activePeople()) {
    signal.throwIfAborted();
    for (const [id, facts] of await store.people(ids)) part.add(id, facts);
    read += ids.length;
    progress.directory(read);
  }
  const { active, linked, ambiguous, onlyHere, attributes, ...directory } = part.done();
  const keptMs = deps.policy && accessKeptMs(deps.policy, deps.mapping.settings);
  const report: Omit<Assessment, "findings"> = {
    at: event.at.toISOString(),
    target: target.name,
    managedRoot: target.rootDepartment,
    ...directory,
    ...found,
    people: {
      directory: active,
      target: there.people,
      linked,
      tiers: tiersOfMatches(proposed),
      ambiguous,
      onlyHere,
      onlyThere: there.onlyThere,
    },
    customFields: missingFields(deps, attributes, there.attributes),
    sources: await store.sources(),
    ...(keptMs === undefined ? {} : { accessKeptHours: keptMs / 3_600_000 }),
    permissions: await store.knownProblems(),
  };
  return { ...report, findings: findingsOf(report) };
}

/**
 * The part that needs the lists. The values of single people are dropped at its end, before the directory is
 * read.
 */
async function bothSides(
  deps: AssessDeps,
  event: HistoryEvent,
  signal: AbortSignal,
  progress: AssessmentProgress,
) {
  const seen = await lists(deps, signal, progress);
  const rules = deps.policy?.adopt ?? PROPOSE_ALL;
  const proposals = await proposeAdoptions({ ...deps, rules }, seen.unmanaged, event);
  const unmanaged = seen.unmanaged.people;
  const leavers = await leaversThere(
    { ...deps, rules, ids: deps.store.unlinkedLeavers() },
    unmanaged,
    proposals,
  );
  const { people, attributes, neverActivated, administrators } = seen;
  const listed = unmanaged.map(({ profile }) => ({
    remoteId: profile.id,
    name: profile.identity.name ?? "",
  }));
  return {
    proposed: proposalsById(proposals, "user"),
    there: { people, attributes, onlyThere: onlyThere(listed, proposals, "user") },
    departments: await departmentsPart(deps, seen, proposals),
    accounts: { neverActivated, administrators, leavers },
  };
}

interface Seen {
  readonly unmanaged: UnmanagedObjects;
  readonly people: number;
  readonly departments: number;
  readonly neverActivated: Finding;
  readonly administrators: Finding;
  /** Attributes for which at least one record had a value. */
  readonly attributes: ReadonlySet<string>;
}

async function lists(
  { store, target }: AssessDeps,
  signal: AbortSignal,
  progress: AssessmentProgress,
): Promise<Seen> {
  const unmanaged = collectUnmanaged(target);
  const [never, administrators] = [createFinding(), createFinding()];
  const attributes = new Set<string>();
  const count = { people: 0, departments: 0 };
  const unlinked = async (
    kind: "user" | "department",
    page: readonly Actual[],
  ): Promise<readonly Actual[]> => {
    const links = await store.linksTo(
      kind,
      page.map(({ remoteId }) => remoteId),
    );
    // A person whose create has no answer yet has an intended link, and counts as managed.
    return page.filter(({ remoteId }) => !links.has(remoteId));
  };
  for await (const { actuals } of target.list("department", { signal })) {
    for (const actual of actuals) unmanaged.tree.add(actual);
    for (const each of await unlinked("department", actuals)) unmanaged.department(each);
    count.departments += actuals.length;
    progress.departments(count.departments);
  }
  for await (const { actuals } of target.list("user", { signal })) {
    for (const actual of actuals) {
      const who = { remoteId: actual.remoteId, name: String(actual.attributes["name"] ?? "") };
      if (actual.attributes["activated"] === false) never.add(who);
      if (actual.isAdministrator) administrators.add(who);
      for (const name of Object.keys(actual.attributes)) attributes.add(name);
    }
    for (const each of await unlinked("user", actuals)) unmanaged.person(each);
    count.people += actuals.length;
    progress.people(count.people);
  }
  return {
    unmanaged,
    ...count,
    neverActivated: never.done(),
    administrators: administrators.done(),
    attributes,
  };
}

/** People at the target without a proposal that may become a link. */
function onlyThere(
  people: readonly { readonly remoteId: string; readonly name: string }[],
  proposals: readonly Proposal[],
  kind: Proposal["kind"],
): Finding {
  const proposed = new Set(proposals.filter((each) => each.kind === kind).map(({ remote }) => remote.id));
  const list = createFinding();
  for (const each of people) if (!proposed.has(each.remoteId)) list.add(each);
  return list.done();
}

async function departmentsPart(
  { store }: AssessDeps,
  { unmanaged, departments }: Seen,
  proposals: readonly Proposal[],
): Promise<Matched> {
  const nodes = await store.treeNodes();
  const proposed: ProposalsOf = proposalsById(proposals, "department");
  const [ambiguous, onlyHere] = [createFinding(), createFinding()];
  for (const { id, name, remoteId } of nodes) {
    const found = proposed.get(id) ?? [];
    if (remoteId !== undefined) continue;
    if (found.length === 0) onlyHere.add({ id, name });
    else if (found[0]!.state === "ambiguous")
      ambiguous.add({ id, name, detail: found.map(({ remote }) => remote.id).join(", ") });
  }
  const there = unmanaged.departments.map(({ remoteId }) => ({
    remoteId,
    name: unmanaged.tree.path(remoteId),
  }));
  return {
    directory: nodes.length,
    target: departments,
    linked: nodes.filter(({ remoteId }) => remoteId !== undefined).length,
    tiers: tiersOfMatches(proposed),
    ambiguous: ambiguous.done(),
    onlyHere: onlyHere.done(),
    onlyThere: onlyThere(there, proposals, "department"),
  };
}

function missingFields(
  { target }: AssessDeps,
  wanted: ReadonlySet<string>,
  there: ReadonlySet<string>,
): Finding {
  const list = createFinding();
  for (const name of [...wanted].sort()) {
    const field = target.customField?.(name);
    if (field !== undefined && !there.has(name)) list.add({ name: field });
  }
  return list.done();
}
