import type { AppContext } from "../../compose/components.ts";

const PAGE = 200;

/** Ids of people of all sources, page by page, at most `most`. */
export async function* pagesOfPeople(
  { pool, clock }: Pick<AppContext, "pool" | "clock">,
  most: number,
): AsyncIterable<readonly string[]> {
  const [{ createDirectoryStore }, { withoutValues }, { createPrisma }, { createSources }] =
    await Promise.all([
      import("../../store/create.ts"),
      import("../../store/personal/vault.ts"),
      import("../../store/access/prisma.ts"),
      import("../../store/access/sources.ts"),
    ]);
  const directory = createDirectoryStore(pool, [], withoutValues);
  let left = most;
  for (const { id } of await createSources(createPrisma(pool), clock).list()) {
    let position: string | undefined;
    do {
      const page = await directory.listUsers(id, {
        start: { kind: "after", position },
        count: Math.min(PAGE, left),
      });
      left -= page.items.length;
      if (page.items.length > 0) yield page.items.map((user) => user.id);
      position = page.next;
    } while (position !== undefined && left > 0);
    if (left === 0) return;
  }
}
