import type { Role } from "./roles.ts";

/** Scopes of a token. None includes another: a token lists all that it needs (docs/threats.md T4). */
export type Scope = "provision" | "history:read" | "history:personal" | "metrics" | "admin";

export const SCOPES: readonly Scope[] = ["provision", "history:read", "history:personal", "metrics", "admin"];

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** The caller of a request: a token, a trusted workload or a signed-in person, of one source. */
export interface Actor {
  /** As in the history: `token:<id>`, `trust:<id>` or `link:<id>`. */
  readonly id: string;
  /** The client id at the token endpoint, or the id of a session. Limits count by it. */
  readonly tokenId: string;
  readonly sourceId: string;
  readonly scopes: readonly Scope[];
  /** Only for signed-in people. A token has scopes only. */
  readonly roles?: readonly Role[];
}

export const allows = (actor: Pick<Actor, "scopes">, anyOf: readonly Scope[]): boolean =>
  anyOf.some((scope) => actor.scopes.includes(scope));
