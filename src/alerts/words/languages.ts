import type { Language } from "../../words/languages.ts";
import { ENGLISH } from "./en.ts";
import { type Catalogue, type Words, wordsOf } from "./words.ts";
import { SIMPLIFIED } from "./zh-hans.ts";
import { TRADITIONAL } from "./zh-hant.ts";

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = {
  en: ENGLISH,
  "zh-Hans": SIMPLIFIED,
  "zh-Hant": TRADITIONAL,
};

const WORDS: Readonly<Record<Language, Words>> = {
  en: wordsOf(ENGLISH),
  "zh-Hans": wordsOf(SIMPLIFIED),
  "zh-Hant": wordsOf(TRADITIONAL),
};

export const wordsIn = (language: Language): Words => WORDS[language];
