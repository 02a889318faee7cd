/** Han, kana and Hangul names have the family name first and no blank. */
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}・·]+$/u;

/** Family names of two characters that are still common. All others have one character. */
const COMPOUND = new Set([
  "欧阳",
  "歐陽",
  "司马",
  "司馬",
  "上官",
  "诸葛",
  "諸葛",
  "司徒",
  "皇甫",
  "尉迟",
  "尉遲",
  "公孙",
  "公孫",
  "慕容",
  "令狐",
  "宇文",
  "长孙",
  "長孫",
  "夏侯",
  "东方",
  "東方",
  "西门",
  "西門",
  "南宫",
  "南宮",
  "端木",
]);

export interface SplitName {
  readonly given: string;
  readonly family: string;
}

/** Given and family name in the order of their script: "Mei Chan", but "陳美". */
export function joinName({ given, family }: SplitName): string {
  if (given === "" || family === "") return given + family;
  return EAST_ASIAN.test(given) && EAST_ASIAN.test(family) ? family + given : `${given} ${family}`;
}

/**
 * A guess of the parts of a display name. A comma ("Chan, Mei") or an East Asian script decides. Otherwise
 * `order` decides: the family name is the last word ("Mei Chan") or, with `familyFirst`, the first ("Chan Tai
 * Man").
 */
export function splitName(text: string, order: "givenFirst" | "familyFirst"): SplitName {
  const name = text.trim().replace(/\s+/g, " ");
  const comma = name.indexOf(",");
  if (comma > 0) return { family: name.slice(0, comma).trim(), given: name.slice(comma + 1).trim() };
  const characters = [...name];
  if (EAST_ASIAN.test(name) && characters.length <= 6) {
    const length = characters.length > 2 && COMPOUND.has(characters.slice(0, 2).join("")) ? 2 : 1;
    return { family: characters.slice(0, length).join(""), given: characters.slice(length).join("") };
  }
  const words = name.split(" ");
  if (words.length < 2) return { family: "", given: name };
  return order === "familyFirst"
    ? { family: words[0]!, given: words.slice(1).join(" ") }
    : { family: words[words.length - 1]!, given: words.slice(0, -1).join(" ") };
}
