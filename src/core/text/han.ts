import { fold } from "./fold.ts";
import { HAN_PAIRS } from "./han-pairs.ts";

/** Made at the first use, because most processes never search by name. */
let tables:
  | { readonly simplified: ReadonlyMap<string, string>; readonly variants: ReadonlyMap<string, string> }
  | undefined;

function read() {
  const characters = [...HAN_PAIRS].filter((character) => character !== "\n");
  const simplified = new Map<string, string>();
  const variants = new Map<string, string>();
  for (let at = 0; at < characters.length; at += 2) {
    const [traditional, simple] = [characters[at]!, characters[at + 1]!];
    simplified.set(traditional, simple);
    variants.set(simple, `${variants.get(simple) ?? simple}${traditional}`);
  }
  return { simplified, variants };
}

/** The form for searching names: `fold`, in simplified characters. Different names may be equal: 鍾 and 鐘. */
export function foldHan(text: string): string {
  tables ??= read();
  const { simplified } = tables;
  return Array.from(fold(text), (character) => simplified.get(character) ?? character).join("");
}

/**
 * For each character of a folded text, all characters with the same simplified form. At least the character
 * itself.
 */
export function hanVariants(folded: string): readonly string[] {
  tables ??= read();
  const { simplified, variants } = tables;
  return Array.from(folded, (character) => variants.get(simplified.get(character) ?? character) ?? character);
}
