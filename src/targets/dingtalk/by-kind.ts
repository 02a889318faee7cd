import type { EntityKind } from "../../core/entity.ts";
import type { ListPage, TargetAdapter } from "../../reconcile/target.ts";
import { TargetRejected } from "../../reconcile/target-failures.ts";
import type { createListing } from "./listing.ts";
import type { createAccounts } from "./people/accounts.ts";
import type { updateAndLook } from "./people/read-back.ts";
import type { createUsers } from "./people/users.ts";
import type { createDepartments } from "./structure/departments.ts";
import type { createRoles } from "./structure/roles.ts";

/* Reads and writes by the kind of entity. */

export interface Parts {
  readonly users: ReturnType<typeof createUsers>;
  readonly departments: ReturnType<typeof createDepartments>;
  readonly roles: ReturnType<typeof createRoles>;
  readonly accounts: ReturnType<typeof createAccounts>;
}

export function writesOf(
  { users, departments, roles, accounts }: Parts,
  updated: typeof updateAndLook,
): Pick<TargetAdapter, "create" | "update" | "remove" | "setSuspended"> {
  return {
    create: (ref, attributes, context) =>
      on(ref.kind, {
        user: () => users.create(ref, attributes, context),
        department: () => departments.create(ref, attributes, context),
        role: () => roles.create(attributes, context),
      }),
    update: (ref, actual, set, context) =>
      on(ref.kind, {
        user: () => updated({ ...users, kind: "user" }, actual, set, context),
        department: () =>
          updated(
            { ...departments, kind: "department", update: (...of) => departments.update(ref, ...of) },
            actual,
            set,
            context,
          ),
        role: () => roles.update(actual, set, context),
      }),
    remove: (ref, actual, context) =>
      on(ref.kind, {
        user: () => users.remove(actual, context),
        department: () => departments.remove(actual, context),
        role: () => roles.remove(actual, context),
      }),
    setSuspended: (_ref, actual, suspended, context) => accounts.setSuspended(actual, suspended, context),
  };
}

export function readsOf(
  { users, departments, roles }: Parts,
  listing: ReturnType<typeof createListing>,
  roleGroup: string,
): Pick<TargetAdapter, "read" | "find" | "list"> {
  return {
    read: (kind, remoteId, context) =>
      on(kind, {
        user: () => users.read(remoteId, context),
        department: () => departments.read(remoteId, context),
        role: () => roles.read(remoteId, context),
      }),
    find: (ref, context) =>
      on(ref.kind, {
        user: () => users.read(ref.id, context),
        department: () => listing.findDepartment(ref.id, context),
        role: () => {
          throw roleNotIdentifiable(roleGroup);
        },
      }),
    list: (kind, context): AsyncIterable<ListPage> =>
      on(kind, {
        user: () => listing.users(context),
        department: () => listing.departments(context),
        role: () => listing.roles(context),
      }),
  };
}

const roleNotIdentifiable = (roleGroup: string): TargetRejected =>
  new TargetRejected(
    "DingTalk stores no external id for a role, so an unanswered create cannot be found automatically",
    {
      answer: "no-role-key",
      reasonCode: "roleNotIdentifiable",
      remedy: `look into the role group ${roleGroup} in DingTalk and remove the role by hand if it is there`,
    },
  );

type Kinds<T> = Readonly<Record<Exclude<EntityKind, "group">, () => T>>;

/** A group becomes a department or a role by the mapping, so it never arrives as a group. */
function on<T>(kind: EntityKind, by: Kinds<T>): T {
  if (kind === "group")
    throw new TargetRejected("DingTalk has no groups; the mapping makes them departments or roles", {
      answer: "no-groups",
      reasonCode: "notSupported",
    });
  return by[kind]();
}
