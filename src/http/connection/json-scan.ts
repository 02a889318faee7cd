/*
 * The size and depth of a JSON text, found in one pass over its bytes before it is parsed. A parser builds
 * the whole value first (measured: 0.1 to
 * 0.4 s for 1 MB of `[`, during which no other request is answered), and code that walks over the value could overflow the stack.
 */

export interface JsonBounds {
  /** Maximum nesting of objects and arrays. */
  readonly depth: number;
  /** Maximum members of one object. */
  readonly members: number;
  /** Maximum values of all arrays and objects together. */
  readonly values: number;
}

export type JsonExcess = keyof JsonBounds;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The first bound that a text exceeds; undefined if none. Pure; allocates only a table of `depth` numbers.
 * The result is exact for valid JSON. For other texts it may be wrong, because parsing refuses them anyway.
 */
export const jsonExcess = (text: Uint8Array, bounds: JsonBounds): JsonExcess | undefined =>
  createJsonScan(bounds)(text);

/**
 * Does the same for a text in pieces. Call it with each piece in order. It returns the bound at the first
 * piece that exceeds it.
 */
export function createJsonScan(bounds: JsonBounds): (piece: Uint8Array) => JsonExcess | undefined {
  const members = new Uint32Array(bounds.depth + 1);
  let depth = 0;
  let values = 0;
  let isInString = false;
  /** Bytes of the next piece that belong to a backslash at the end of the last piece. */
  let escaped = 0;

  /** The end of the string that continues at `from`, or the end of the piece. */
  function endOfString(piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length && piece[at] !== QUOTE) at += piece[at] === BACKSLASH ? 2 : 1;
    isInString = at >= piece.length;
    escaped = Math.max(0, at - piece.length);
    return at;
  }

  return (piece) => {
    for (let at = isInString ? endOfString(piece, escaped) + 1 : 0; at < piece.length; at++) {
      switch (piece[at]) {
        case QUOTE:
          at = endOfString(piece, at + 1);
          break;
        case COLON:
          if (++members[depth]! > bounds.members) return "members";
          break;
        case COMMA:
          if (++values > bounds.values) return "values";
          break;
        case OPEN_BRACKET:
        case OPEN_BRACE:
          if (++depth > bounds.depth) return "depth";
          if (++values > bounds.values) return "values";
          members[depth] = 0;
          break;
        case CLOSE_BRACKET:
        case CLOSE_BRACE:
          if (depth > 0) depth--;
          break;
      }
    }
    return undefined;
  };
}
