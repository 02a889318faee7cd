import type { Role } from "./roles.ts";
import { type Actor, allows, type Scope } from "./scopes.ts";

/*
 * Who may do what (docs/threats.md T39). A token may do what its scopes say, somebody signed in by name what their roles say. openapi.yaml states both for every address
 * (x-scopes, x-roles), and a test tries each address with each of them.
 */

/**
 * `operate`: try again, pause, resume, compare, put back, acknowledge. `approve`: decide about holds and adoptions. `oversee`: see who has
 * access. `administer`: the mode, and who has
 * access. Reading is asked for by scope alone (Mount.access), which every role has.
 */
export type Right = "operate" | "approve" | "oversee" | "administer";

export interface Holders {
  /** Any of these is enough. */
  readonly scopes: readonly Scope[];
  readonly roles: readonly Role[];
}

export const HOLDERS: Readonly<Record<Right, Holders>> = {
  operate: { scopes: ["admin"], roles: ["operator", "admin"] },
  // Not operators: separation of duties, so that operators cannot approve a mass removal.
  approve: { scopes: ["admin"], roles: ["approver", "admin"] },
  oversee: { scopes: ["admin"], roles: ["auditor", "admin"] },
  administer: { scopes: ["admin"], roles: ["admin"] },
};

// The keys of the table are the rights.
export const RIGHTS = Object.keys(HOLDERS) as readonly Right[];

/** What roles give of the scopes that tokens have. Nobody at the dashboard is a SCIM client. */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ["history:read"],
  operator: ["history:read", "history:personal"],
  approver: ["history:read", "history:personal"],
  auditor: ["history:read", "history:personal"],
  admin: ["history:read", "history:personal", "metrics", "admin"],
};

export const scopesOf = (roles: readonly Role[]): readonly Scope[] => [...new Set(roles.flatMap((role) => SCOPES_OF[role]))];

export function mayDo(actor: Pick<Actor, "scopes" | "roles">, right: Right): boolean {
  const { scopes, roles } = HOLDERS[right];
  return allows(actor, scopes) || roles.some((role) => actor.roles?.includes(role));
}

export const rightsOf = (actor: Pick<Actor, "scopes" | "roles">): readonly Right[] => RIGHTS.filter((right) => mayDo(actor, right));
