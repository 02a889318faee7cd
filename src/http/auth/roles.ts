/** Roles of people who sign in with a provider or a one-time link. Their rights are in rights.ts. */
export const ROLES = ["viewer", "operator", "approver", "auditor", "admin"] as const;

export type Role = (typeof ROLES)[number];

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
