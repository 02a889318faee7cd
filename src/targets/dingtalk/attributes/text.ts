export interface CleanText {
  readonly text: string;
  /** Visible content was removed. Outer spaces and the Unicode form do not count. */
  readonly removed: boolean;
  readonly cut: boolean;
}

const LINE_BREAKS = /\r\n?|\u2028|\u2029/g;
/** Control characters except the line feed. DingTalk also refuses their `\uXXXX` escapes (40033). */
const CONTROL = /(?!\n)\p{Cc}/gu;
/**
 * Bidirectional marks and overrides, zero-width space and no-break, soft hyphen. Joiners stay, because emoji
 * and some scripts need them.
 */
const INVISIBLE = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** A backslash that makes the following text look like an escape. DingTalk refuses such texts. */
const LOOKS_ESCAPED = /\\(?=u[0-9a-f]{4})/gi;

/**
 * A text as DingTalk can store it (docs/threats.md F28, F29): NFC, without control or bidirectional
 * characters, trimmed, at most `max` UTF-16 units, cut between graphemes. Cleaning a clean text changes
 * nothing.
 */
export function cleanText(
  raw: string,
  options: { readonly max: number; readonly lines?: boolean },
): CleanText {
  const lines = raw.replace(LINE_BREAKS, "\n");
  const spaced = options.lines ? lines.replace(/\t/g, " ") : lines.replace(/[\n\t]/g, " ");
  const visible = spaced
    .replace(CONTROL, "")
    .replace(INVISIBLE, "")
    .replace(LONE_SURROGATE, "")
    .replace(LOOKS_ESCAPED, "\uff3c");
  const whole = visible.normalize("NFC").trim();
  const text = cutAtGrapheme(whole, options.max);
  return { text, removed: visible !== spaced, cut: text !== whole };
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Never splits a visible character, unless it alone is longer than `max`. */
export function cutAtGrapheme(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length + segment.length > max) break;
    kept += segment;
  }
  return (kept === "" ? wholeCodePoints(text, max) : kept).trim();
}

function wholeCodePoints(text: string, max: number): string {
  const end = text.charCodeAt(max - 1);
  const splitsPair = end >= 0xd800 && end <= 0xdbff;
  return text.slice(0, splitsPair ? max - 1 : max);
}

/**
 * Characters that a department name must not contain (docs/dingtalk.md 4.1), and their replacements. The
 * replacements look alike and can be converted back.
 */
const STAND_INS: readonly (readonly [forbidden: string, standIn: string])[] = [
  ["-", "\u2010"],
  [",", "\u201a"],
  ["，", "\ufe50"],
];

export const departmentName = (plain: string): string =>
  STAND_INS.reduce((name, [from, to]) => name.replaceAll(from, to), plain);

/** The name before `departmentName`, for display and for matching departments that were created by hand. */
export const plainDepartmentName = (name: string): string =>
  STAND_INS.reduce((plain, [from, to]) => plain.replaceAll(to, from), name);

/**
 * DingTalk's limit for a department's name (docs/dingtalk.md 4.1), in UTF-16 units. DingTalk's own count is
 * never larger.
 */
export const DEPARTMENT_NAME_MAX = 64;

const BLANKS = /\s+/gu;
/** Invisible characters that `cleanText` keeps: joiners, variation selectors, fillers. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A key for names that DingTalk may treat as equal: after its own cuts and our replacements, without letter
 * case, width, blanks and invisible characters. It is stricter than the documentation, because people too
 * would take two such names for one.
 */
export const departmentNameKey = (name: string): string =>
  plainDepartmentName(cleanText(departmentName(name), { max: DEPARTMENT_NAME_MAX }).text)
    .replace(UNSEEN, "")
    .normalize("NFKC")
    .replace(BLANKS, " ")
    .trim()
    .toLowerCase();

/** A name with a number suffix, within DingTalk's limit. */
export function numberedDepartmentName(name: string, number: number): string {
  const mark = ` (${number})`;
  return cleanText(departmentName(name), { max: DEPARTMENT_NAME_MAX - mark.length }).text + mark;
}
