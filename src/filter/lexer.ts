import { isStorableText } from "../core/text/storable-text.ts";
import { type Cursor, countToken, FILTER_LIMITS, refused } from "./cursor.ts";
import { InvalidFilter } from "./errors.ts";

/*
 * The characters of a filter: words, signs, strings and numbers, read from left to right by a cursor that
 * counts what it has read.
 */

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

const SIGNS: ReadonlySet<number> = new Set([..."$-./:_#%+=@"].map((sign) => sign.charCodeAt(0)));

/**
 * What attribute names, URNs, numbers and operators are made of; the rarer signs occur in URIs of foreign
 * schemas.
 */
const isWordCode = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || SIGNS.has(code);

export function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.text.charCodeAt(cursor.at))) cursor.at += 1;
}

export function isAtEnd(cursor: Cursor): boolean {
  skipBlanks(cursor);
  return cursor.at >= cursor.text.length;
}

/** Passes over a sign if it comes next, without blanks before it. */
export function take(cursor: Cursor, sign: string): boolean {
  if (cursor.text[cursor.at] !== sign) return false;
  cursor.at += 1;
  return true;
}

export function readWord(cursor: Cursor, what: string): string {
  skipBlanks(cursor);
  const start = cursor.at;
  while (isWordCode(cursor.text.charCodeAt(cursor.at))) cursor.at += 1;
  if (cursor.at === start) throw refused(`${what} is missing`);
  countToken(cursor);
  return cursor.text.slice(start, cursor.at);
}

export function takeKeyword(cursor: Cursor, keyword: string): boolean {
  skipBlanks(cursor);
  const end = cursor.at + keyword.length;
  if (cursor.text.slice(cursor.at, end).toLowerCase() !== keyword) return false;
  if (isWordCode(cursor.text.charCodeAt(end))) return false;
  cursor.at = end;
  countToken(cursor);
  return true;
}

export function open(cursor: Cursor): void {
  cursor.at += 1;
  cursor.depth += 1;
  if (cursor.depth > FILTER_LIMITS.depth) throw refused(`nested deeper than ${FILTER_LIMITS.depth}`);
  countToken(cursor);
}

export function close(cursor: Cursor, sign: ")" | "]"): void {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] !== sign) throw refused(`${sign} is missing`);
  cursor.at += 1;
  cursor.depth -= 1;
  countToken(cursor);
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * `asText`: what stands without quotes is text, up to a blank or a closing bracket, as clients write it; else
 * it has to be a number or a word of JSON.
 */
export function readLiteral(cursor: Cursor, asText: boolean): string | number | boolean | null {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === '"') return readString(cursor);
  if (cursor.text[cursor.at] === "'") return readApostrophes(cursor);
  if (asText) return readBareText(cursor);
  const word = readWord(cursor, "a value");
  // ABNF strings match without regard to case (RFC 5234 section 2.3).
  const lower = word.toLowerCase();
  if (lower === "true") return true;
  if (lower === "false") return false;
  if (lower === "null") return null;
  const value = NUMBER.test(word) ? Number(word) : Number.NaN;
  if (!Number.isFinite(value))
    throw refused("a value must be a quoted string, a number, true, false or null");
  return value;
}

/** Brackets and quotes. */
const END_OF_TEXT: ReadonlySet<number> = new Set([...'()[]"'].map((sign) => sign.charCodeAt(0)));

const isEndOfText = (code: number): boolean => Number.isNaN(code) || isBlank(code) || END_OF_TEXT.has(code);

function readBareText(cursor: Cursor): string | null {
  const start = cursor.at;
  while (!isEndOfText(cursor.text.charCodeAt(cursor.at))) cursor.at += 1;
  if (cursor.at === start) throw refused("a value is missing");
  countToken(cursor);
  const value = cursor.text.slice(start, cursor.at);
  if (!isStorableText(value)) throw refused("a value holds a character that is not allowed");
  return value.toLowerCase() === "null" ? null : value;
}

const isEndOfTerm = (code: number): boolean =>
  Number.isNaN(code) || isBlank(code) || code === 41 || code === 93;

/**
 * Text in single quotes, as some clients write it. It has no escapes, and ends at a quote that is followed by
 * a blank, a closing bracket or nothing.
 */
function readApostrophes(cursor: Cursor): string {
  const { text } = cursor;
  const start = cursor.at + 1;
  let at = start;
  while (at < text.length && !(text[at] === "'" && isEndOfTerm(text.charCodeAt(at + 1)))) at += 1;
  if (at >= text.length) throw refused("a string does not end");
  cursor.at = at + 1;
  countToken(cursor);
  return storable(text.slice(start, at));
}

/** PostgreSQL cannot hold the others, so nothing stored can ever match. */
function storable(value: string): string {
  if (!isStorableText(value)) throw refused("a string holds a character that is not allowed");
  return value;
}

function readString(cursor: Cursor): string {
  const { text } = cursor;
  const start = cursor.at;
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  if (at >= text.length) throw refused("a string does not end");
  cursor.at = at + 1;
  countToken(cursor);
  let value: string;
  try {
    value = JSON.parse(text.slice(start, at + 1)) as string;
  } catch (cause) {
    throw new InvalidFilter("filter: a string is not a JSON string", { cause });
  }
  return storable(value);
}
