import type { Reasons } from "../../../src/words/reasons/reasons.ts";
import { type Catalogue, createWords, LANGUAGES, type Language, languageFor, type Words } from "./words.ts";

/** A language for tests. It is never stored as the choice. */
const PSEUDO = "en-XA";
const askedLanguage = (): string | null => new URLSearchParams(window.location.search).get("lang");

const STORED = "dingtalk-scim-language";

/** Only the chosen language is loaded. */
const CATALOGUES: Readonly<Record<Language, () => Promise<readonly [Catalogue, Reasons]>>> = {
  en: async () => [
    (await import("./en.ts")).en,
    (await import("../../../src/words/reasons/en.ts")).ENGLISH_REASONS,
  ],
  "zh-Hans-CN": async () => [
    (await import("./zh-hans.ts")).zhHans,
    (await import("../../../src/words/reasons/zh-hans.ts")).SIMPLIFIED_REASONS,
  ],
  "zh-Hant-HK": async () => [
    (await import("./zh-hant.ts")).zhHant,
    (await import("../../../src/words/reasons/zh-hant.ts")).TRADITIONAL_REASONS,
  ],
};

/**
 * The language of the page: `?lang=`, which is then stored; or the stored choice; or the language of the
 * browser.
 */
export function chosenLanguage(): Language {
  const asked = askedLanguage();
  if (asked === PSEUDO) return "en";
  if (asked !== null) keepLanguage(languageFor([asked]));
  const kept = LANGUAGES.find((each) => each === window.localStorage.getItem(STORED));
  return kept ?? languageFor(navigator.languages);
}

export const keepLanguage = (language: Language): void => window.localStorage.setItem(STORED, language);

export async function loadWords(language: Language): Promise<Words> {
  const words = createWords(language, ...(await CATALOGUES[language]()));
  document.documentElement.lang = language;
  return askedLanguage() === PSEUDO ? (await import("./pseudo.ts")).pseudoWords(words) : words;
}
