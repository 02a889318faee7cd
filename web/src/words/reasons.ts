import { reasonOf } from "../../../src/words/reasons/reasons.ts";
import { useWords } from "./words.ts";

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
    const worded = reasonOf(reasons, reasonCode);
    if (!worded) return { title: reason ?? reasonCode, remedy, lang: "en" };
    const [title, ours] = worded;
    // What is decided here needs no command line.
    const isTheirs = language === "en" && remedy !== undefined && !isDecidedHere(reasonCode);
    return isTheirs ? { title, remedy, lang: "en" } : { title, remedy: ours };
  };
}

/** The view "Needs you" has something of its own for these: a hold or a match. */
const DECIDED_HERE: ReadonlySet<string> = new Set(["heldByLimit", "adoptionOpen", "joinOpen"]);
export const isDecidedHere = (reasonCode: string): boolean => DECIDED_HERE.has(reasonCode);
