import { matchesGlob } from "../../../src/mapping/expression/glob.ts";

test.each<[string, string, boolean]>([
  ["VPN users", "VPN *", true],
  ["vpn Users", "VPN *", true],
  ["My VPN users", "VPN *", false],
  ["Finance", "Finance", true],
  ["Finance HK", "Finance", false],
  ["R1", "R?", true],
  ["R", "R?", false],
  ["SG-App-Payroll-HK", "SG-*-HK", true],
  ["SG-App-Payroll-CN", "SG-*-HK", false],
  ["aXbXc", "a*b*c", true],
  ["財務部", "財*", true],
  ["a.c", "a.c", true],
  ["abc", "a.c", false],
  ["", "*", true],
  ["", "?", false],
  ["ＶＰＮ x", "VPN *", true],
])("%s against %s: %s", (text, pattern, expected) => expect(matchesGlob(text, pattern)).toBe(expected));

test("a pattern made to explode ends at once", () => {
  const before = performance.now();
  expect(matchesGlob("a".repeat(1_000), `${"*a".repeat(99)}*b`)).toBe(false);
  expect(performance.now() - before).toBeLessThan(1_000);
});
