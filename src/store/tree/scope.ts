import type pg from "pg";
import { run } from "../postgres/statement.ts";
import { MARK } from "./statements.ts";

/*
 * One change of the tree: the transaction that has the lock of the tree, and the entities that the change
 * concerns so far.
 */

export interface Scope {
  readonly client: pg.PoolClient;
  readonly target: string;
  /** How long a change is provisional because it may be half of a rename, in milliseconds. */
  readonly settleMs: number;
  readonly marks: Marks;
}

/**
 * The entities that a change of the tree concerns. They are written at the end of the change, each entity
 * once.
 */
interface Marks {
  readonly departments: Set<string>;
  /** Ids of groups that are roles or were roles. */
  readonly roles: Set<string>;
  readonly groups: Set<string>;
  /** Groups whose members are marked, and departments whose people by attributes are marked. */
  readonly membersOf: Set<string>;
  readonly peopleIn: Set<string>;
  readonly people: Set<string>;
}

export const noMarks = (): Marks => ({
  departments: new Set(),
  roles: new Set(),
  groups: new Set(),
  membersOf: new Set(),
  peopleIn: new Set(),
  people: new Set(),
});

export async function writeMarks({ client, target, marks }: Scope, causes: readonly string[]): Promise<void> {
  const { departments, roles, groups, membersOf, peopleIn, people } = marks;
  if (Object.values(marks).every((marked: ReadonlySet<string>) => marked.size === 0)) return;
  await run(client, MARK, [
    [target],
    [...departments],
    [...roles],
    [...membersOf],
    causes,
    [...groups],
    [...peopleIn],
    [...people],
  ]);
}
