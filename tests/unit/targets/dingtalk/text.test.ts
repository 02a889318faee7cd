import fc from "fast-check";
import {
  cleanText,
  cutAtGrapheme,
  departmentName,
  plainDepartmentName,
} from "../../../../src/targets/dingtalk/attributes/text.ts";

const FAMILY = "👨‍👩‍👧‍👦";

describe("text as DingTalk can hold it", () => {
  test.each<[string, string, string]>([
    ["spaces around", "  Li Wei ", "Li Wei"],
    ["a decomposed accent", "Ame\u0301lie", "Amélie"],
    ["a bidirectional override", "Li\u202eieW", "LiieW"],
    ["a zero-width space, which parts nothing for the eye", "Li\u200b Wei", "Li Wei"],
    ["a control character", "Li\u0007\u0000", "Li"],
    ["a line break in a one-line field", "Li\r\nWei", "Li Wei"],
    ["half a surrogate pair", "Li\ud83d", "Li"],
    ["text that looks like an escape", "a\\u0041b", "a＼u0041b"],
    ["an emoji held together by joiners", `Li ${FAMILY}`, `Li ${FAMILY}`],
    ["CJK extension B", "𠮷野家", "𠮷野家"],
    ["combining marks without a composed form", "q\u0323\u0307", "q\u0323\u0307"],
  ])("%s", (_name, raw, expected) => expect(cleanText(raw, { max: 80 }).text).toBe(expected));

  test("says what a reader would miss", () => {
    expect(cleanText(" Li ", { max: 80 })).toEqual({ text: "Li", removed: false, cut: false });
    expect(cleanText("Li\u200e", { max: 80 })).toMatchObject({ removed: true, cut: false });
    expect(cleanText("x".repeat(81), { max: 80 })).toMatchObject({ removed: false, cut: true });
  });

  test("keeps the line breaks of a field of many lines", () =>
    expect(cleanText("a\r\nb", { max: 80, lines: true }).text).toBe("a\nb"));

  test.each<[string, string, number, string]>([
    ["between letters", "abcdef", 3, "abc"],
    ["before a family that does not fit", `ab${FAMILY}`, 5, "ab"],
    ["without the space that would end it", "ab cd", 3, "ab"],
    ["inside a single character that is longer than all", `a${"\u0301".repeat(9)}`, 4, "a\u0301\u0301\u0301"],
  ])("cuts %s", (_name, text, max, expected) => expect(cutAtGrapheme(text, max)).toBe(expected));

  test("cleaning clean text changes nothing, fits, and needs no escape that DingTalk refuses", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 120 }),
        fc.integer({ min: 4, max: 90 }),
        fc.boolean(),
        (raw, max, lines) => {
          const { text } = cleanText(raw, { max, lines });
          expect(cleanText(text, { max, lines })).toEqual({ text, removed: false, cut: false });
          expect(text.length).toBeLessThanOrEqual(max);
          expect(JSON.stringify(text)).not.toContain("\\u");
        },
      ),
    );
  });
});

describe("a department's name", () => {
  test.each<[string, string]>([
    ["R&D - Asia, Pacific", "R&D \u2010 Asia\u201a Pacific"],
    ["财务，法务", "财务\ufe50法务"],
    ["Finance", "Finance"],
  ])("%s goes there without forbidden characters and comes back as it was", (plain, sent) => {
    expect(departmentName(plain)).toBe(sent);
    expect(plainDepartmentName(sent)).toBe(plain);
  });

  test("any name comes back, stand-ins of its own apart", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[\u2010\u201a\ufe50]/.test(text)),
        (plain) => {
          expect(departmentName(plain)).not.toMatch(/[-,，]/);
          expect(plainDepartmentName(departmentName(plain))).toBe(plain);
        },
      ),
    );
  });
});
