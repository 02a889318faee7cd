/** What a token may do. None implies another: a token lists all it needs (docs/threats.md T4). */
export type Scope = "provision" | "history:read" | "metrics" | "admin";

export const SCOPES: readonly Scope[] = ["provision", "history:read", "metrics", "admin"];

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** Who is behind a request: one token, or one trusted workload, of one source. */
export interface Actor {
  /** `token:<id>` or `trust:<id>`, as history names it. */
  readonly id: string;
  /** The same id alone: the client id at the token endpoint. */
  readonly tokenId: string;
  readonly sourceId: string;
  readonly scopes: readonly Scope[];
}

export const allows = (actor: Actor, anyOf: readonly Scope[]): boolean => anyOf.some((scope) => actor.scopes.includes(scope));
