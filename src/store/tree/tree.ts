import type pg from "pg";
import { createKeyedLock } from "../../core/keyed-lock.ts";
import type { ReconcileStore } from "../../reconcile/ports.ts";
import { inTransaction, run } from "../postgres/statement.ts";
import { moveGroup } from "./groups.ts";
import { movePerson } from "./people.ts";
import { noMarks, type Scope, writeMarks } from "./scope.ts";
import { LOCK } from "./statements.ts";

/*
 * The desired department tree. A node is there as long as something asks for it: a group placed on it, a person in it by attributes, or a node below.
 * Changes are small and rare, so each takes the tree's lock, and all of them mark the nodes they touch and the people who move.
 */

type Tree = Pick<ReconcileStore, "writeGroupNode" | "writePersonDepartments">;

/**
 * A directory renames a region and the departments in it with one request each, in any order, and may delete a group and send it again at once. What is
 * emptied or newly needed on the way is therefore neither removed nor made before this long has passed: by then most of it has proved to be a rename.
 */
export const SETTLE_MS = 3_000;

export function createTree(pool: pg.Pool, target: string, settleMs = SETTLE_MS): Tree {
  // Runs of this process wait for the lock here: one that waits for it in the database keeps a connection from the others.
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
    writeGroupNode: (groupId, place, structure, causes) => underLock(causes, (scope) => moveGroup(scope, groupId, place, structure)),

    writePersonDepartments: (userId, places, causes) => underLock(causes, (scope) => movePerson(scope, userId, places)),
  };
}
