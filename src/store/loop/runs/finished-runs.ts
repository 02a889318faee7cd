import type { EntityRef } from "../../../core/entity.ts";
import type { Claim, RunOutcome } from "../../../reconcile/ports.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";

/** A run and its result. */
export interface FinishedRun {
  readonly claim: Claim;
  readonly end: RunOutcome;
}

export type Wanted = (ended: FinishedRun) => boolean;

export const refsOf = (runs: readonly FinishedRun[], wanted: Wanted): readonly EntityRef[] =>
  runs.filter(wanted).map(({ claim }) => claim.ref);

/**
 * Runs a statement about the entities of some of the runs, once for each kind. Both kinds in one statement
 * would be a join, which PostgreSQL may execute as a scan of the whole table.
 */
export const changeEachKind =
  (db: Queryable, target: string, runs: readonly FinishedRun[]) =>
  async (statement: Statement, wanted: Wanted): Promise<void> => {
    const refs = refsOf(runs, wanted);
    for (const kind of new Set(refs.map((ref) => ref.kind))) {
      await run(db, statement, [target, kind, refs.filter((ref) => ref.kind === kind).map(({ id }) => id)]);
    }
  };
