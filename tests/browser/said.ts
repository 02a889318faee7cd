import { ENGLISH_REASONS } from "../../src/words/reasons/en.ts";
import { SIMPLIFIED_REASONS } from "../../src/words/reasons/zh-hans.ts";
import { TRADITIONAL_REASONS } from "../../src/words/reasons/zh-hant.ts";
import { en } from "../../web/src/words/en.ts";
import { createWords, type Key, type Language, type Values, type Words } from "../../web/src/words/words.ts";
import { zhHans } from "../../web/src/words/zh-hans.ts";
import { zhHant } from "../../web/src/words/zh-hant.ts";

/*
 * What the page says, from its own catalogues: a text that is changed there is changed here, and a key that
 * is gone does not compile.
 */

const CATALOGUES = { en, "zh-Hans-CN": zhHans, "zh-Hant-HK": zhHant } as const;

export const wordsIn: Readonly<Record<Language, Words>> = {
  en: createWords("en", en, ENGLISH_REASONS),
  "zh-Hans-CN": createWords("zh-Hans-CN", zhHans, SIMPLIFIED_REASONS),
  "zh-Hant-HK": createWords("zh-Hant-HK", zhHant, TRADITIONAL_REASONS),
};

/** A text of the page in English. */
export const said = wordsIn.en.t;

/** A text of the page with any values in the places that are not given, in any of its forms. */
export function saidLike(key: Key, values: Values = {}, language: Language = "en"): RegExp {
  const message = CATALOGUES[language][key];
  const forms = typeof message === "string" ? [message] : [message.one, message.other];
  return new RegExp(
    forms
      .map((form) =>
        form
          .split(/(\{\w+\})/)
          .map((part) => patternOf(part, values))
          .join(""),
      )
      .join("|"),
  );
}

function patternOf(part: string, values: Values): string {
  const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
  if (name === undefined) return escaped(part);
  const value = values[name];
  return value === undefined ? ".+?" : escaped(String(value));
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^$()|[\]{}\\/-]/g, "\\$&");
