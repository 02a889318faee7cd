import type { Scope } from "../auth/scopes.ts";

/** What somebody signed in may do, as the scopes of a token. Nobody at the dashboard is a SCIM client. */
const SCOPES_OF = {
  viewer: ["history:read"],
  auditor: ["history:read"],
  admin: ["history:read", "metrics", "admin"],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

export type Role = keyof typeof SCOPES_OF;

// The keys of the table are its roles.
export const ROLES = Object.keys(SCOPES_OF) as readonly Role[];

export const scopesOf = (role: Role): readonly Scope[] => SCOPES_OF[role];

export const isRole = (text: string): text is Role => Object.hasOwn(SCOPES_OF, text);
