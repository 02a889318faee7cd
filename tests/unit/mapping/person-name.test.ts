import { joinName, splitName } from "../../../src/mapping/expression/person-name.ts";

test.each<[string, string, string]>([
  ["Mei", "Chan", "Mei Chan"],
  ["美", "陳", "陳美"],
  ["娜娜", "欧阳", "欧阳娜娜"],
  ["Mei", "陳", "Mei 陳"],
  ["Mei", "", "Mei"],
  ["", "Chan", "Chan"],
  ["", "", ""],
])("joinName: %s and %s", (given, family, expected) => expect(joinName({ given, family })).toBe(expected));

test.each<[string, "givenFirst" | "familyFirst", string, string]>([
  ["Mei Chan", "givenFirst", "Mei", "Chan"],
  ["Maria del Carmen Ruiz", "givenFirst", "Maria del Carmen", "Ruiz"],
  ["Chan Tai Man", "familyFirst", "Tai Man", "Chan"],
  ["Chan, Mei", "givenFirst", "Mei", "Chan"],
  ["陳大文", "givenFirst", "大文", "陳"],
  ["欧阳娜娜", "familyFirst", "娜娜", "欧阳"],
  ["  Mei   Chan ", "givenFirst", "Mei", "Chan"],
  ["Cher", "givenFirst", "Cher", ""],
  ["", "givenFirst", "", ""],
])("splitName: %s, %s", (text, order, given, family) =>
  expect(splitName(text, order)).toEqual({ given, family }),
);
