import { run } from "../postgres/statement.ts";
import type { Scope } from "./scope.ts";
import { NUMBER, ORDINALS, PROMOTE } from "./statements.ts";

/*
 * Siblings whose names differ here and would be one at the target: the first keeps the name, each other gets a number that is shown behind it, and keeps it
 * until the name is free. So the target is never asked for a name twice.
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

/** A node has left the siblings or has another name now: the next of the name is called without a number. */
export async function releaseName({ client, target, marks }: Scope, parentId: string | null, nameKey: string | null): Promise<void> {
  for (const { id } of await run<{ id: string }>(client, PROMOTE, [target, parentId, nameKey])) marks.departments.add(id);
}
