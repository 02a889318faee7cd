import type { Role } from "./roles.ts";
import { type Actor, allows, type Scope } from "./scopes.ts";

/*
 * Rights (docs/threats.md T39). The scopes of a token decide its rights, and the roles of a signed-in person
 * decide theirs. openapi.yaml has both for each address (x-scopes, x-roles), and a test tries each address
 * with each of them.
 */

/**
 * - `operate`: retry, pause, resume, compare, restore, acknowledge
 * - `approve`: decide about holds and adoptions
 * - `oversee`: see who has access
 * - `administer`: the mode, and who has access
 * Reads need only a scope (Mount.access), which every role has.
 */
export type Right = "operate" | "approve" | "oversee" | "administer";

export interface Holders {
  /** One of these is enough. */
  readonly scopes: readonly Scope[];
  readonly roles: readonly Role[];
}

export const HOLDERS: Readonly<Record<Right, Holders>> = {
  operate: { scopes: ["admin"], roles: ["operator", "admin"] },
  // Not operators: separation of duties prevents that an operator approves a mass removal.
  approve: { scopes: ["admin"], roles: ["approver", "admin"] },
  oversee: { scopes: ["admin"], roles: ["auditor", "admin"] },
  administer: { scopes: ["admin"], roles: ["admin"] },
};

// The rights are the keys of the table.
export const RIGHTS = Object.keys(HOLDERS) as readonly Right[];

/** The token scopes of each role. No role is a SCIM client. */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ["history:read"],
  operator: ["history:read", "history:personal"],
  approver: ["history:read", "history:personal"],
  auditor: ["history:read", "history:personal"],
  admin: ["history:read", "history:personal", "metrics", "admin"],
};

export const scopesOf = (roles: readonly Role[]): readonly Scope[] => [
  ...new Set(roles.flatMap((role) => SCOPES_OF[role])),
];

export function mayDo(actor: Pick<Actor, "scopes" | "roles">, right: Right): boolean {
  const { scopes, roles } = HOLDERS[right];
  return allows(actor, scopes) || roles.some((role) => actor.roles?.includes(role));
}

export const rightsOf = (actor: Pick<Actor, "scopes" | "roles">): readonly Right[] =>
  RIGHTS.filter((right) => mayDo(actor, right));
