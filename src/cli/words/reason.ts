import { REASONS } from "../../words/reasons/by-language.ts";
import { reasonOf } from "../../words/reasons/reasons.ts";
import { spokenLanguage, t } from "./translate.ts";

interface Said {
  readonly reason: string;
  readonly remedy?: string | undefined;
}

/**
 * A reason and its remedy in the user's language. In English the server's own texts, because they are more
 * precise.
 */
export function reasonIn(
  code: string,
  { reason, remedy }: Said,
): readonly [text: string, remedy: string | undefined] {
  const language = spokenLanguage();
  return (language === "en" ? undefined : reasonOf(REASONS[language], code)) ?? [reason, remedy];
}

/** A code in the user's language, followed by the code itself, which files and filters use. */
export const codeIn = (code: string): string => {
  const reason = reasonOf(REASONS[spokenLanguage()], code);
  return reason ? t`${reason[0]} (${code})` : code;
};
