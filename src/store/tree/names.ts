import { run } from "../postgres/statement.ts";
import type { Scope } from "./scope.ts";
import { NUMBER, ORDINALS, PROMOTE } from "./statements.ts";

/*
 * Siblings whose names differ here and are equal at the target. The first keeps the name. Each other gets a
 * number behind its name, and keeps the number until the name is free. So the target never gets the same name
 * twice below one parent.
 */

export async function nameNode(
  { client, target, marks }: Scope,
  nodeId: string,
  parentId: string | null,
  nameKey: string | null,
): Promise<void> {
  const rows = await run<{ taken: number }>(client, ORDINALS, [target, parentId, nameKey, nodeId]);
  const taken = new Set(rows.map((row) => row.taken));
  let ordinal = 1;
  while (taken.has(ordinal)) ordinal += 1;
  await run(client, NUMBER, [nodeId, ordinal]);
  marks.departments.add(nodeId);
}

/**
 * Call it when a node has left its siblings or has another name. The next sibling with this name loses its
 * number.
 */
export async function releaseName(
  { client, target, marks }: Scope,
  parentId: string | null,
  nameKey: string | null,
): Promise<void> {
  for (const { id } of await run<{ id: string }>(client, PROMOTE, [target, parentId, nameKey]))
    marks.departments.add(id);
}
