import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";

/** Most roles of one call, for adding and removing (docs/dingtalk.md 8.1). */
const ROLES_PER_CALL = 20;

/**
 * Adds and removes roles, so that the person has exactly `requested` among the roles in `requested` and
 * `had`.
 */
export async function changeRoles(
  session: Session,
  userid: string,
  requested: readonly string[],
  had: readonly string[],
): Promise<void> {
  const given = requested.filter((id) => !had.includes(id));
  const taken = had.filter((id) => !requested.includes(id));
  // One call after the other: each writes the same person.
  for (const roleIds of batches(taken)) await session.call(API.roleRevoke, { roleIds, userIds: userid });
  for (const roleIds of batches(given)) await session.call(API.roleGrant, { roleIds, userIds: userid });
}

function* batches(ids: readonly string[]): Iterable<string> {
  for (let start = 0; start < ids.length; start += ROLES_PER_CALL)
    yield ids.slice(start, start + ROLES_PER_CALL).join(",");
}
