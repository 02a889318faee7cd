import type { Secret } from "../../core/secrets/secret.ts";
import { SCOPES } from "../../http/auth/scopes.ts";
import type { Source, Sources } from "./sources.ts";
import { TokenRefused, type Tokens } from "./tokens.ts";

export interface Bootstrap {
  readonly source: Source;
  /** The text of a new token with all scopes, to be shown once. Unset: no token was made. */
  readonly newToken?: string;
}

export interface BootstrapOptions {
  readonly sources: Sources;
  readonly tokens: Tokens;
  /**
   * The setting BOOTSTRAP_TOKEN. If it is set, no token is made: the authenticator accepts the text of the
   * setting.
   */
  readonly configured?: Secret;
}

/**
 * Id of the first token, the same for all processes and starts. The process that creates it prints the token.
 */
export const FIRST_TOKEN = "first";

/**
 * Creates the default source and the first token if they are missing. It may run at every start, and in
 * several processes at the same time.
 */
export async function ensureBootstrap({ sources, tokens, configured }: BootstrapOptions): Promise<Bootstrap> {
  const source = await sources.ensureDefault();
  if (configured || (await tokens.find(FIRST_TOKEN))) return { source };
  try {
    const made = await tokens.create("system", {
      id: FIRST_TOKEN,
      name: "made at the first start",
      sourceId: source.id,
      scopes: SCOPES,
    });
    return { source, newToken: made.text };
  } catch (error) {
    // Another process has created the token, and prints it.
    if (error instanceof TokenRefused && (await tokens.find(FIRST_TOKEN))) return { source };
    throw error;
  }
}
