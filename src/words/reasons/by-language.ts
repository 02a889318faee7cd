import type { Language } from "../languages.ts";
import { ENGLISH_REASONS } from "./en.ts";
import type { Reasons } from "./reasons.ts";
import { SIMPLIFIED_REASONS } from "./zh-hans.ts";
import { TRADITIONAL_REASONS } from "./zh-hant.ts";

export const REASONS: Readonly<Record<Language, Reasons>> = {
  en: ENGLISH_REASONS,
  "zh-Hans": SIMPLIFIED_REASONS,
  "zh-Hant": TRADITIONAL_REASONS,
};
