/** What somebody is who signs in by name or with a one-time link. What each may do is in rights.ts. */
export const ROLES = ["viewer", "operator", "approver", "auditor", "admin"] as const;

export type Role = (typeof ROLES)[number];

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
