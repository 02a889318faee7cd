import type pg from "pg";
import { createKeyedLock } from "../../core/keyed-lock.ts";
import type { ReconcileStore } from "../../reconcile/ports.ts";
import { inTransaction, run } from "../postgres/statement.ts";
import { moveGroup } from "./groups.ts";
import { movePerson } from "./people.ts";
import { noMarks, type Scope, writeMarks } from "./scope.ts";
import { LOCK } from "./statements.ts";

/*
 * The desired tree of departments. A node exists while something needs it: a group placed on it, a person in
 * it by attributes, or a node below it. Changes are small and rare, so each takes the lock of the tree. Each
 * change marks the nodes that it touches and the people who move.
 */

type Tree = Pick<ReconcileStore, "writeGroupNode" | "writePersonDepartments">;

/**
 * A directory renames a region and the departments below it with one request for each, in any order. It may
 * also delete a group and send it again immediately. So a node that lost its last use is not removed before
 * this time, and a node that a rename made is not created at the target before it. Most of these changes
 * prove to be a rename by then. In milliseconds.
 */
export const SETTLE_MS = 3_000;

export function createTree(pool: pg.Pool, target: string, settleMs = SETTLE_MS): Tree {
  // Runs of this process wait here for the lock. A run that waits for it in the database occupies a
  // connection.
  const oneByOne = createKeyedLock();
  const underLock = <T>(causes: readonly string[], work: (scope: Scope) => Promise<T>): Promise<T> =>
    oneByOne(target, () =>
      inTransaction(pool, async (client) => {
        const scope: Scope = { client, target, settleMs, marks: noMarks() };
        await run(client, LOCK, [target]);
        const value = await work(scope);
        await writeMarks(scope, causes);
        return value;
      }),
    );

  return {
    writeGroupNode: (groupId, place, structure, causes) =>
      underLock(causes, (scope) => moveGroup(scope, groupId, place, structure)),

    writePersonDepartments: (userId, places, causes) =>
      underLock(causes, (scope) => movePerson(scope, userId, places)),
  };
}
