import type { Random } from "./random.ts";

/*
 * Unusual values: those that broke other SCIM servers, and those that the grammars of JSON, URIs and filters
 * leave open.
 */

export const TEXTS: readonly string[] = [
  "",
  " ",
  "a",
  "true",
  "False",
  "null",
  "-1",
  "1e999",
  "9223372036854775808",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff\ud800",
  "\ufeff",
  "\u202ea",
  "é́́",
  "ﬃ İ ß ſ",
  "𝒳😀👨‍👩‍👧",
  "\n\r\t\u0008",
  '"',
  "\\",
  "\\u0000",
  "'; drop table users; --",
  "%00%ff",
  "$1",
  "{}",
  "[]",
  "__proto__",
  "constructor",
  "bulkId:a",
  "../../etc/passwd",
  "2024-02-30T25:61:61Z",
  "0000-01-01T00:00:00Z",
  "292278994-08-17T07:12:55Z",
  "2024-01-01T00:00:00.1234567890123+23:59",
  "2819c223-7f76-453a-919d-413861904646",
  "2819C223-7F76-453A-919D-413861904646",
  "{2819c223-7f76-453a-919d-413861904646}",
  "urn:ietf:params:scim:schemas:core:2.0:User",
  "x".repeat(300),
  "x".repeat(5_000),
  "A/B/C/".repeat(60),
];

const OTHERS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  1.5,
  1e308,
  -1e-308,
  2 ** 53,
  [],
  {},
  [[]],
  [null],
  [{}],
  { value: null },
];

export const text = (random: Random): string => random.one(TEXTS);

export function anything(random: Random, depth = 0): unknown {
  if (depth > 3 || random.chance(0.6)) return random.chance(0.6) ? text(random) : random.one(OTHERS);
  const size = random.below(4);
  if (random.chance(0.4)) return Array.from({ length: size }, () => anything(random, depth + 1));
  return Object.fromEntries(Array.from({ length: size }, () => [text(random), anything(random, depth + 1)]));
}

/** A copy of the value with some parts removed, duplicated, renamed or replaced. */
export function mutated(value: unknown, random: Random, share = 0.06): unknown {
  if (random.chance(share)) return anything(random);
  if (Array.isArray(value)) {
    const parts = value.flatMap((part) =>
      random.chance(share / 2)
        ? []
        : random.chance(share / 2)
          ? [part, part]
          : [mutated(part, random, share)],
    );
    return random.chance(share / 2) ? [...parts, anything(random)] : parts;
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (random.chance(share / 2)) return [];
    const written = random.chance(share / 2)
      ? random.one([name.toUpperCase(), `${name}.value`, `urn:x:${name}`, text(random)])
      : name;
    return [[written, mutated(member, random, share)]];
  });
  if (random.chance(share)) members.push([text(random), anything(random)]);
  return Object.fromEntries(members);
}

/**
 * The value as JSON. One time in ten the text is cut, changed, or contains what JSON.stringify never writes.
 */
export function jsonText(value: unknown, random: Random): string {
  const written = JSON.stringify(value) ?? "";
  if (random.chance(0.9)) return written;
  const at = random.below(written.length + 1);
  switch (random.below(7)) {
    case 0:
      return written.slice(0, at);
    case 1:
      return (
        written.slice(0, at) +
        random.one(["\u0000", "}", "]", '"', "\\", ",", ":", "1e999", "\\ud800"]) +
        written.slice(at + 1)
      );
    case 2:
      return `${"[".repeat(random.one([10, 33, 5_000, 100_000]))}${written}`;
    case 3:
      return `{"a":`.repeat(random.one([10, 40, 2_000])) + written;
    case 4:
      return `${written.slice(0, -1)},"schemas":[],"__proto__":{"x":1}}`;
    case 5:
      return `{${Array.from({ length: random.one([100, 3_000]) }, (_, n) => `"k${n}":1`).join()},${written.slice(1)}`;
    default:
      return `\ufeff${written}`;
  }
}

/** The value for an address: encoded, unencoded as far as HTTP allows it, or wrongly encoded. */
export function inAddress(value: string, random: Random): string {
  const cut = value.slice(0, 2_000);
  switch (random.below(8)) {
    case 0:
      return random.one([
        "%00",
        "%",
        "%zz",
        "%ff%fe",
        "%ed%a0%80",
        "%c0%80",
        "%2e%2e%2f",
        "%2F",
        "%25",
        "%0d%0aX:%201",
        "+",
        "&",
        "&&=",
        ";",
      ]);
    case 1:
      return cut.replace(/[^\x21-\x7e]|[#?]/g, "");
    default:
      // encodeURIComponent throws for a lone surrogate. The list above contains its bytes.
      return encodeURIComponent(wellFormed(cut));
  }
}

/** The text with U+FFFD in place of lone surrogates, which cannot be encoded. */
export const wellFormed = (written: string): string => Buffer.from(written).toString();
