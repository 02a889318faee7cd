import type { Secret } from "../../core/secret.ts";
import { SCOPES } from "../../http/auth/scopes.ts";
import type { Source, Sources } from "./sources.ts";
import { TokenRefused, type Tokens } from "./tokens.ts";

export interface Bootstrap {
  readonly source: Source;
  /** The text of a token with every scope that was made just now, to be shown once. Unset when there was nothing to make. */
  readonly newToken?: string;
}

export interface BootstrapOptions {
  readonly sources: Sources;
  readonly tokens: Tokens;
  /** The setting BOOTSTRAP_TOKEN. When it is set, nothing is made: the authenticator accepts it from the setting alone. */
  readonly configured?: Secret;
}

/** One id for all processes and all starts: the first start that gets it is the one that prints. */
export const FIRST_TOKEN = "first";

/** Sees to it that there is a source and a way in. May run at every start and in several processes at once. */
export async function ensureBootstrap({ sources, tokens, configured }: BootstrapOptions): Promise<Bootstrap> {
  const source = await sources.ensureDefault();
  if (configured || (await tokens.find(FIRST_TOKEN))) return { source };
  try {
    const made = await tokens.create("system", { id: FIRST_TOKEN, name: "made at the first start", sourceId: source.id, scopes: SCOPES });
    return { source, newToken: made.text };
  } catch (error) {
    // Another process was a moment faster, and prints it.
    if (error instanceof TokenRefused && (await tokens.find(FIRST_TOKEN))) return { source };
    throw error;
  }
}
