import { valueText } from "../../../src/cli/terminal/value-text.ts";

test.each<[unknown, string]>([
  [undefined, "–"],
  [null, "–"],
  ["Head", "Head"],
  ["1582992000000", "1582992000000"],
  [true, "true"],
  [["1", "2"], '["1","2"]'],
  [7, "7"],
  [4_294_967_295, "4294967295"],
  // The first of March in Hong Kong.
  [1_582_992_000_000, "1582992000000 (2020-02-29T16:00Z)"],
])("%j is shown as %s", (value, text) => expect(valueText(value)).toBe(text));
