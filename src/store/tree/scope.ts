import type pg from "pg";
import { run } from "../postgres/statement.ts";
import { MARK } from "./statements.ts";

/* One change of the tree while it is under way: the transaction that holds the tree's lock, and whom the change concerns so far. */

export interface Scope {
  readonly client: pg.PoolClient;
  readonly target: string;
  /** How long what may be half of a rename is provisional. */
  readonly settleMs: number;
  readonly marks: Marks;
}

/** Whom a change of the tree concerns. Written at its end, each entity once. */
interface Marks {
  readonly departments: Set<string>;
  /** Roles and groups, by group. */
  readonly roles: Set<string>;
  readonly groups: Set<string>;
  /** Everybody in these groups, and everybody in these departments by attributes. */
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
  await run(client, MARK, [[target], [...departments], [...roles], [...membersOf], causes, [...groups], [...peopleIn], [...people]]);
}
