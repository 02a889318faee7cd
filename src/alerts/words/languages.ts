import { ENGLISH } from "./en.ts";
import { type Catalogue, type Words, wordsOf } from "./words.ts";
import { SIMPLIFIED } from "./zh-hans.ts";
import { TRADITIONAL } from "./zh-hant.ts";

/** As ALERT_LANGUAGE and `lang` name them. */
export const LANGUAGES = ["en", "zh-Hans", "zh-Hant"] as const;

export type Language = (typeof LANGUAGES)[number];

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: ENGLISH, "zh-Hans": SIMPLIFIED, "zh-Hant": TRADITIONAL };

const WORDS: Readonly<Record<Language, Words>> = {
  en: wordsOf(ENGLISH),
  "zh-Hans": wordsOf(SIMPLIFIED),
  "zh-Hant": wordsOf(TRADITIONAL),
};

export const wordsIn = (language: Language): Words => WORDS[language];

/** `zh-CN` and `zh-SG` are written in the simplified script, every other Chinese that names no script in the traditional one. */
export function languageOf(tag: string): Language | undefined {
  const parts = tag.trim().toLowerCase().split(/[-_]/);
  if (parts[0] === "en") return "en";
  if (parts[0] !== "zh") return undefined;
  if (parts.includes("hans")) return "zh-Hans";
  if (parts.includes("hant")) return "zh-Hant";
  return parts.includes("cn") || parts.includes("sg") ? "zh-Hans" : "zh-Hant";
}
