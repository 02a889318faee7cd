import { type Language, languageOf } from "../../words/languages.ts";
import { DEMO, DEMO_TOLD } from "./demo.ts";
import { HELP } from "./help.ts";
import { HELP_OF_OPTIONS } from "./help-of-options.ts";
import { MESSAGES } from "./messages.ts";
import { MISTAKES } from "./mistakes.ts";
import { NOTES } from "./notes.ts";
import { START_PROBLEMS } from "./start-problems.ts";
import { TABLES } from "./tables.ts";
import type { Translations } from "./translations.ts";

/*
 * Translations of the command line. The English text is in the code and is the key of the others
 * (docs/adr/0061-english-is-the-key-of-the-command-line.md).
 */

export const TRANSLATIONS: Translations = {
  ...DEMO,
  ...DEMO_TOLD,
  ...HELP,
  ...HELP_OF_OPTIONS,
  ...NOTES,
  ...MISTAKES,
  ...TABLES,
  ...MESSAGES,
  ...START_PROBLEMS,
};

let spoken: Language = "en";

/** The locale of the terminal, such as `zh_HK.UTF-8`; English for all others. */
export function speak(locale: string | undefined): void {
  spoken = languageOf((locale ?? "").split(/[.@]/)[0] ?? "") ?? "en";
}

export const spokenLanguage = (): Language => spoken;

/**
 * A text in the user's language, English if there is no translation: t("Nothing was stopped.") or t`Token
 * ${id} is revoked.`
 */
export function t(english: string | TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const key =
    typeof english === "string" ? english : english.reduce((text, part, at) => `${text}{${at - 1}}${part}`);
  const text = inLanguage(key) ?? key;
  return values.length === 0 ? text : filled(text, values);
}

const filled = (text: string, values: readonly (string | number)[]): string =>
  text.replaceAll(/\{(\d+)\}/g, (whole, place: string) => String(values[Number(place)] ?? whole));

function inLanguage(key: string): string | undefined {
  if (spoken === "en" || !Object.hasOwn(TRANSLATIONS, key)) return undefined;
  return TRANSLATIONS[key]![spoken === "zh-Hans" ? 0 : 1];
}

/**
 * Translates a composed text by its pattern: `error: unknown option '--x'`. Returns it unchanged if no
 * pattern matches. `forms`: those of the commander library.
 */
export function tLike(text: string, forms: Translations = NOTES): string {
  if (spoken === "en" || text.trim() === "") return text;
  const whole = inLanguage(text);
  if (whole !== undefined) return whole;
  for (const key of Object.keys(forms)) {
    if (!key.includes("{0}")) continue;
    const match = formOf(key).exec(text);
    if (match) return filled(inLanguage(key) ?? key, match.slice(1));
  }
  return text;
}

function formOf(key: string): RegExp {
  const escaped = key.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(/\{\d+\}/g, "(.+)")}$`);
}
