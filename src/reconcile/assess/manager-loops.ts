/** Cycles among managers. Each cycle is listed once with all its people. Pure. */
export function managerLoops(managerOf: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const loops: string[][] = [];
  for (const start of managerOf.keys()) {
    const way = new Map<string, number>();
    for (let at: string | undefined = start; at !== undefined && !done.has(at); at = managerOf.get(at)) {
      const begun = way.get(at);
      if (begun !== undefined) {
        loops.push([...way.keys()].slice(begun));
        break;
      }
      way.set(at, way.size);
    }
    for (const id of way.keys()) done.add(id);
  }
  return loops;
}
