import { fold } from "../../../../src/core/text/fold.ts";
import { foldHan, hanVariants } from "../../../../src/core/text/han.ts";
import { HAN_PAIRS } from "../../../../src/core/text/han-pairs.ts";

test.each<[string, string]>([
  ["黃小明", "黄小明"],
  ["葉偉強 ＩＴ", "叶伟强 it"],
  ["𫵷", "𫵷"],
  ["Ann Lee", "ann lee"],
])("%s is looked for as %s", (name, expected) => expect(foldHan(name)).toBe(expected));

test("a character and all its variants are looked for as one", () => {
  expect([...hanVariants("后")[0]!].sort()).toEqual(["后", "後"].sort());
  for (const variant of hanVariants("台")[0]!) expect(foldHan(variant)).toBe("台");
  expect(hanVariants("a明")).toEqual(["a", "明"]);
});

test("the table holds pairs, and nothing becomes what is changed again", () => {
  const characters = [...HAN_PAIRS.replaceAll("\n", "")];
  expect(characters.length % 2).toBe(0);
  const traditional = characters.filter((_, at) => at % 2 === 0);
  expect(new Set(traditional).size).toBe(traditional.length);
  for (const character of traditional) expect(foldHan(foldHan(character))).toBe(foldHan(character));
  for (const character of traditional.filter((each) => fold(each) === each))
    expect(hanVariants(character)[0]).toContain(character);
});
