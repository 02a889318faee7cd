import { REMEDIES } from "./remedies.ts";
import { useWords } from "./words.ts";

export type ReasonCode = keyof typeof REMEDIES;
export type Remedy = (typeof REMEDIES)[ReasonCode];

export interface ReasonWords {
  readonly titles: Readonly<Record<ReasonCode, string>>;
  readonly remedies: Readonly<Record<Remedy, string>>;
}

interface Reasoned {
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
}

/** A reason in the words of the page, by its code; one that a later server tells, in the server's. The server's own remedy is more precise, and English. */
export function useReasons(): (reasoned: Reasoned) => {
  readonly title: string;
  readonly remedy: string | undefined;
  readonly lang?: "en";
} {
  const { language, reasons } = useWords();
  return ({ reasonCode = "", reason, remedy }) => {
    if (!Object.hasOwn(REMEDIES, reasonCode)) return { title: reason ?? reasonCode, remedy, lang: "en" };
    // Looked up above.
    const code = reasonCode as ReasonCode;
    const ours = reasons.remedies[REMEDIES[code]];
    // What is decided here needs no command line.
    const isTheirs = language === "en" && !isDecidedHere(code);
    return isTheirs && remedy !== undefined
      ? { title: reasons.titles[code], remedy, lang: "en" }
      : { title: reasons.titles[code], remedy: ours };
  };
}

/** Whether the view "Needs you" has something of its own for it: a hold or a match. */
export const isDecidedHere = (reasonCode: string): boolean =>
  Object.hasOwn(REMEDIES, reasonCode) && REMEDIES[reasonCode as ReasonCode] === "decide";
