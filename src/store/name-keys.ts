import type { KeySet } from "./key-set.ts";

/*
 * Keys for a search by a part of a name. A name has a key for every three consecutive letters, and one for
 * each character of Chinese, Japanese or Korean, because people search for one or two of these. Digits part
 * the letters: they have keys of their own (digit-keys.ts). A name that contains the typed text has all keys
 * of this text. Other names may have them too, as many letters share a key, so the search compares the
 * values. Simplified and traditional characters have different keys; the search asks for either.
 */

/** From here on (CJK radicals) each character has a key. */
const WIDE = 0x2e80;
/** Keys of digits are below. */
const OF_WIDE = 20_000;
const WIDE_KEYS = 12_743;
/** A prime. Keys of three letters are negative, from -1 to -32,749. */
const LETTER_KEYS = 32_749;
const [ZERO, NINE] = [48, 57];

/** Adds the keys of a name, which must be folded. */
export function addNameKeys(name: string, keys: KeySet): void {
  let before = -1;
  let last = -1;
  for (let at = 0; at < name.length; at++) {
    let code = name.charCodeAt(at);
    if (code >= WIDE || (code >= ZERO && code <= NINE)) {
      if (code >= WIDE) {
        code = name.codePointAt(at)!;
        if (code > 0xffff) at++;
        keys.add(wideKey(code));
      }
      before = last = -1;
      continue;
    }
    if (before >= 0) keys.add(-1 - ((before * 1_048_576 + last * 1_024 + code) % LETTER_KEYS));
    before = last;
    last = code;
  }
}

const wideKey = (code: number): number => OF_WIDE + (code % WIDE_KEYS);

/** The key of a whole text, such as an externalId, in lower case. */
export function wholeKey(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 1_024 + character.codePointAt(0)!) % LETTER_KEYS;
  return -1 - sum;
}

export interface NameKeys {
  /** A name that contains the text has all of these keys. */
  readonly all: readonly number[];
  /** And at least one of each of these sets. */
  readonly oneOf: readonly (readonly number[])[];
}

/**
 * The keys of every name that contains this text. `variants`: for each character of the text, all characters
 * that mean the same (core/text/han.ts).
 */
export function nameKeysWithin(variants: readonly string[]): NameKeys {
  const all = new Set<number>();
  const oneOf = new Map<string, readonly number[]>();
  let letters = "";
  const end = () => {
    addNameKeys(letters, all);
    letters = "";
  };
  for (const characters of variants) {
    const codes = Array.from(characters, (character) => character.codePointAt(0)!);
    if (codes[0]! < WIDE) letters += characters;
    else {
      end();
      const keys = [...new Set(codes.map(wideKey))].sort((one, other) => one - other);
      if (keys.length === 1) all.add(keys[0]!);
      else oneOf.set(keys.join(), keys);
    }
  }
  end();
  return { all: [...all], oneOf: [...oneOf.values()] };
}
