import type { JsonObject } from "../core/entity.ts";
import type { RequestContext } from "../directory/context.ts";
import type { UserDirectory } from "../directory/users.ts";
import { parseFilter } from "../scim/filter.ts";
import { userContent } from "../scim/resource/columns.ts";
import { userResource } from "../scim/schema/schemas.ts";
import type { PeopleOptions, PersonChange } from "./people.ts";

/** The number of active people of the source. */
export async function activePeople(users: UserDirectory, context: RequestContext): Promise<number> {
  const page = await users.list(context, {
    filter: ACTIVE,
    start: { kind: "index", startIndex: 1 },
    count: 0,
  });
  return page.total;
}

const ACTIVE = parseFilter(userResource, "active eq true");
const PAGE = 200;

/** Deactivates all active people of the source who are not in the file. Only for a complete file. */
export async function deactivateAbsent(
  present: ReadonlySet<string>,
  { users, context, writes }: PeopleOptions,
): Promise<readonly PersonChange[]> {
  const changes: PersonChange[] = [];
  for (let position: string | undefined; ; ) {
    const page = await users.list(context, {
      filter: ACTIVE,
      start: { kind: "after", position },
      count: PAGE,
    });
    for (const user of page.items) {
      if (present.has(user.id)) continue;
      const document = JSON.parse(user.document) as JsonObject;
      if (writes)
        await users.change(context, user.id, (current) => userContent({ ...current, active: false }));
      changes.push({
        action: "deactivate",
        id: user.id,
        key: String(document["externalId"] ?? document["userName"]),
        attributes: ["active"],
      });
    }
    if (page.next === undefined) return changes;
    position = page.next;
  }
}
