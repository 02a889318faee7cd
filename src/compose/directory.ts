import { createGroupDirectory } from "../directory/groups.ts";
import { createUserDirectory } from "../directory/users.ts";
import { createDirectoryStore } from "../store/create.ts";
import type { SettleDeps } from "../store/people/settle.ts";
import { TARGET } from "../targets/target-name.ts";
import type { AppContext } from "./components.ts";

/** The commands on people and groups that SCIM clients, imports and the loop share. */
export function openDirectory(
  { pool, vault, clock }: Pick<AppContext, "pool" | "vault" | "clock">,
  persons: SettleDeps,
) {
  const deps = { store: createDirectoryStore(pool, [TARGET], vault, persons), clock };
  return { users: createUserDirectory(deps), groups: createGroupDirectory(deps) };
}
