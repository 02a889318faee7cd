import { fold } from "../../core/text/fold.ts";
import type { PathLevel } from "../../reconcile/places.ts";
import { run } from "../postgres/statement.ts";
import { isOnTheWayOnly, move } from "./moves.ts";
import { add, ensure, type Node, nodeAt, nodeById, nodeOf } from "./nodes.ts";
import type { Scope } from "./scope.ts";
import { CLAIM_NODE, HELD } from "./statements.ts";

/*
 * Departments that attributes name by a key, which is the id of an organisation. The key identifies the
 * department. A new name renames it, and a new parent moves it with everybody in it. The attributes of each
 * person state such a change, one person after the other. A person whose attributes still state the old name
 * must not undo the change. So only a person whose statement has changed may rename or move the department.
 */

const PREFIX = "key:";
const anchorOf = (key: string): string => PREFIX + key;

/** Whether a node belongs to a key. Such a node stays, whatever groups are placed on it. */
export const isKeyed = (node: Pick<Node, "anchor">): boolean => node.anchor?.startsWith(PREFIX) ?? false;

type Stated = readonly [key: string, name: string, above: string];

const levelsStated = (path: readonly PathLevel[]): readonly Stated[] =>
  path.flatMap(({ key, name }, at) =>
    key === undefined ? [] : [[key, name, path[at - 1]?.key ?? path[at - 1]?.name ?? ""] as const],
  );

/** What a path states about keys, as JSON text; null when the path has no key. */
export function statedKeys(path: readonly PathLevel[]): string | null {
  const stated = levelsStated(path);
  return stated.length > 0 ? JSON.stringify(stated) : null;
}

/**
 * Keys for which the statement of a person has changed. A first statement does not count, because it may be
 * older than the last change.
 */
export function changedKeys(
  before: readonly (string | null)[],
  paths: readonly (readonly PathLevel[])[],
): ReadonlySet<string> {
  const known = new Map(
    before
      .flatMap((text) => (text === null ? [] : (JSON.parse(text) as Stated[])))
      .map(([key, ...said]) => [key, JSON.stringify(said)] as const),
  );
  const said = paths.flatMap(levelsStated).map(([key, ...rest]) => [key, JSON.stringify(rest)] as const);
  return new Set(said.filter(([key, now]) => known.has(key) && known.get(key) !== now).map(([key]) => key));
}

/**
 * Makes the missing departments of a person's path. Returns the id of the last one, null for the empty path.
 */
export async function ensureKeyed(
  scope: Scope,
  path: readonly PathLevel[],
  userId: string,
  changed: ReadonlySet<string>,
): Promise<string | null> {
  if (path.every(({ key }) => key === undefined)) return ensure(scope, path, { userId });
  let parent: Node | undefined;
  for (let depth = 1; depth <= path.length; depth++) {
    const id: string = await ensureLevel(scope, parent, path.slice(0, depth), changed);
    parent = await nodeById(scope, id);
  }
  return parent?.id ?? null;
}

async function ensureLevel(
  scope: Scope,
  parent: Node | undefined,
  path: readonly PathLevel[],
  changed: ReadonlySet<string>,
): Promise<string> {
  const { key, name } = path.at(-1)!;
  const parentId = parent?.id ?? null;
  const plain = [...(parent?.path_key ?? []), fold(name)];
  const there = await nodeAt(scope, plain);
  if (key === undefined) return there ? there.id : add(scope, parentId, path, {}, plain);

  const anchor = anchorOf(key);
  const own = await nodeOf(scope, anchor);
  const inPlace = own?.present && own.parent_id === parentId && own.name === name;
  if (own?.present && (inPlace || !changed.has(key))) return own.id;
  // Another organisation may have the same name and parent.
  const taken = there !== undefined && there.id !== own?.id && !(await isFree(scope, there));
  const free = taken ? [...plain.slice(0, -1), `${fold(name)}\u0001${key}`] : plain;
  if (own) {
    await move(scope, own, path, true, { parentId, key: free });
    return own.id;
  }
  if (there && !isKeyed(there)) {
    if (!(await isHeld(scope, there))) await run(scope.client, CLAIM_NODE, [there.id, anchor]);
    return there.id;
  }
  return add(scope, parentId, path, { anchor }, free);
}

const isHeld = async ({ client }: Scope, node: Node): Promise<boolean> =>
  (await run(client, HELD, [node.id])).length > 0;

const isFree = async (scope: Scope, node: Node): Promise<boolean> =>
  !isKeyed(node) && (await isOnTheWayOnly(scope, node.id, null));
