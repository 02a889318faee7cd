import type { Organisation } from "../organisation/model.ts";

/** The department and its ancestors: the department first, the root last. */
export function ancestors(organisation: Organisation, deptId: number): number[] {
  const path: number[] = [];
  let at: number | undefined = deptId;
  while (at !== undefined) {
    path.push(at);
    at = organisation.departments.get(at)?.parent_id;
  }
  return path;
}

/** The department and all departments below it, parents before children. */
export function* subtree(organisation: Organisation, deptId: number): Generator<number> {
  const waiting = [deptId];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    yield id;
    waiting.push(...(organisation.childrenOf.get(id) ?? []));
  }
}

/** Number of levels of the subtree; 1 for a department without children. */
export function height(organisation: Organisation, deptId: number): number {
  let tallest = 0;
  for (const child of organisation.childrenOf.get(deptId) ?? [])
    tallest = Math.max(tallest, height(organisation, child));
  return tallest + 1;
}
