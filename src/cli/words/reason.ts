import { REASONS } from "../../words/reasons/by-language.ts";
import { reasonOf } from "../../words/reasons/reasons.ts";
import { spokenLanguage } from "./translate.ts";

interface Said {
  readonly reason: string;
  readonly remedy?: string | undefined;
}

/** A reason and what to do about it, in the language that is spoken. In English as the server says them: those name particulars. */
export function reasonIn(code: string, { reason, remedy }: Said): readonly [text: string, remedy: string | undefined] {
  const language = spokenLanguage();
  return (language === "en" ? undefined : reasonOf(REASONS[language], code)) ?? [reason, remedy];
}
