import type { House } from "../compose.ts";
import { isUuid } from "../core/id.ts";
import type { QueryAttribute } from "../directory/query.ts";
import { NotFoundHere } from "./not-found-here.ts";

const USER_NAME: QueryAttribute = {
  name: "userName",
  path: ["userName"],
  multiValued: false,
  type: "string",
  caseExact: false,
  key: "userName",
};

/** The id of the person an operator names by userName or id, of whatever source. Throws NotFoundHere for a name nobody has. */
export async function personMeant({ pool, clock }: House, named: string): Promise<string> {
  if (isUuid(named)) return named;
  const [{ createDirectoryStore }, { createPrisma }, { createSources }] = await Promise.all([
    import("../store/create.ts"),
    import("../store/prisma.ts"),
    import("../store/sources.ts"),
  ]);
  const directory = createDirectoryStore(pool, []);
  const filter = { op: "compare", operator: "eq", attribute: USER_NAME, value: named } as const;
  for (const { id } of await createSources(createPrisma(pool), clock).list()) {
    const { items } = await directory.listUsers(id, { filter, start: { kind: "index", startIndex: 1 }, count: 1 });
    if (items[0]) return items[0].id;
  }
  throw new NotFoundHere(`nobody has the userName ${named}`);
}
