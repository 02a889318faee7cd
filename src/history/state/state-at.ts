import type { EventLog } from "../event-log.ts";
import { allRelated, intentsOfContainers, walk } from "../walk.ts";
import type { EntityState } from "./entity-state.ts";
import { History, type Snapshot, STATE_CODES } from "./state.ts";

/* The state of entities at a time in the past, read from the history alone. */

export interface EntityAt {
  readonly entity: EntityState;
  /** For a group: the departments and roles at the target that its changes led to. */
  readonly became: readonly EntityState[];
}

/**
 * The state of one person or group at `at`. Undefined: the history up to that time has no such person or
 * group.
 */
export async function readEntityAt(
  log: EventLog,
  ref: { readonly kind: "user" | "group"; readonly id: string },
  at: Date,
): Promise<EntityAt | undefined> {
  const history = new History();
  const events = await applied(log, history, [ref.id], at);
  const entity = history.get(ref.id);
  if (!entity || entity.kind !== ref.kind) return undefined;
  const became = ref.kind === "user" ? [] : await ledTo(log, events, at);
  await applied(log, history, became, at);
  return {
    entity,
    became: became.flatMap((id) => history.get(id) ?? []).filter(({ target }) => target !== undefined),
  };
}

/** Applies the events of the subjects up to `at`. Returns the ids of these events. */
async function applied(
  log: EventLog,
  history: History,
  subjects: readonly string[],
  at: Date,
): Promise<readonly string[]> {
  const ids: string[] = [];
  if (subjects.length === 0) return ids;
  for await (const page of allRelated(log, "subject", subjects, { codes: STATE_CODES })) {
    for (const event of page) {
      if (event.at.getTime() > at.getTime()) continue;
      history.apply(event);
      ids.push(event.id);
    }
  }
  return ids;
}

async function ledTo(log: EventLog, causes: readonly string[], at: Date): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const page of intentsOfContainers(log, causes))
    for (const { subject, at: when } of page)
      if (subject && when.getTime() <= at.getTime()) found.add(subject.id);
  return [...found];
}

/** The state of all entities at each of these times. `times` must be in ascending order. */
export async function readSnapshots(log: EventLog, times: readonly Date[]): Promise<readonly Snapshot[]> {
  const history = new History();
  const snapshots: Snapshot[] = [];
  const last = times.at(-1);
  if (!last) return snapshots;
  const take = (untilMs: number): void => {
    while (snapshots.length < times.length && times[snapshots.length]!.getTime() < untilMs)
      snapshots.push(history.snapshot());
  };
  // Times are whole milliseconds and `to` is exclusive, so this includes events at the last time.
  for await (const page of walk(log, { period: { to: new Date(last.getTime() + 1) } })) {
    for (const event of page) {
      take(event.at.getTime());
      history.apply(event);
    }
  }
  take(Number.POSITIVE_INFINITY);
  return snapshots;
}
