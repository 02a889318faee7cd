import type { Reasons } from "../../../src/words/reasons/reasons.ts";
import type { Words } from "./words.ts";

/*
 * The language `?lang=en-XA`: English with other letters, and longer. A text in normal letters then shows
 * that it does not come from a catalogue.
 */

const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter, at) => [
    letter,
    [..."áƀçđéƒǵĥíĵķłɱñóƥɋŕšťúṽŵẋýžÁƁÇĐÉƑǴĤÍĴĶŁṀÑÓƤɊŔŠŤÚṼŴẊÝŽ"][at] ?? letter,
  ]),
);

/** Makes a text a third longer, because translations may need this room. */
const pseudo = (text: string): string => {
  const letters = [...text].map((letter) => LETTERS[letter] ?? letter).join("");
  return `[${letters}${"·".repeat(Math.ceil(text.length / 3))}]`;
};

export function pseudoWords(words: Words): Words {
  const reasons: Reasons = Object.fromEntries(
    Object.entries(words.reasons).map(([code, [text, remedy]]) => [
      code,
      [pseudo(text), pseudo(remedy)] as const,
    ]),
  );
  return {
    ...words,
    reasons,
    t: (key, values) => pseudo(words.t(key, values)),
    duration: (seconds) => pseudo(words.duration(seconds)),
    ago: (at, now) => pseudo(words.ago(at, now)),
  };
}
