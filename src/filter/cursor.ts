import { InvalidFilter } from "./errors.ts";

/** Clients look for some hundred ids in one filter. The longest one allowed is read in less than 5 ms. */
export const FILTER_LIMITS = { characters: 16_384, tokens: 2_000, terms: 250, depth: 10 } as const;

export interface Cursor {
  readonly text: string;
  at: number;
  tokens: number;
  terms: number;
  depth: number;
}

export const refused = (reason: string): InvalidFilter => new InvalidFilter(`filter: ${reason}`);

export function startCursor(text: string): Cursor {
  if (text.length > FILTER_LIMITS.characters)
    throw refused(`longer than ${FILTER_LIMITS.characters} characters`);
  return { text, at: 0, tokens: 0, terms: 0, depth: 0 };
}

export function countToken(cursor: Cursor): void {
  cursor.tokens += 1;
  if (cursor.tokens > FILTER_LIMITS.tokens)
    throw refused(`more than ${FILTER_LIMITS.tokens} words and signs`);
}
