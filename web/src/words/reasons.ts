import { reasonOf } from "../../../src/words/reasons/reasons.ts";
import { useWords } from "./words.ts";

interface Reasoned {
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
}

/**
 * The texts of a reason in the language of the page, by its code. An unknown code, of a later server, has the
 * English texts of the server. On an English page the remedy of the server is shown, because it is more
 * precise.
 */
export function useReasons(): (reasoned: Reasoned) => {
  readonly title: string;
  readonly remedy: string | undefined;
  readonly lang?: "en";
} {
  const { language, reasons } = useWords();
  return ({ reasonCode = "", reason, remedy }) => {
    const worded = reasonOf(reasons, reasonCode);
    if (!worded) return { title: reason ?? reasonCode, remedy, lang: "en" };
    const [title, ours] = worded;
    // The remedy of the server names a command. It is not needed for decisions that this page offers.
    const isTheirs = language === "en" && remedy !== undefined && !isDecidedHere(reasonCode);
    return isTheirs ? { title, remedy, lang: "en" } : { title, remedy: ours };
  };
}

/** Reasons that the view "Needs you" decides in its own sections: holds and matches. */
const DECIDED_HERE: ReadonlySet<string> = new Set(["heldByLimit", "adoptionOpen", "joinOpen"]);
export const isDecidedHere = (reasonCode: string): boolean => DECIDED_HERE.has(reasonCode);
