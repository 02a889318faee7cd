import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (...path: readonly string[]) => readFileSync(join(__dirname, "..", "..", "..", ...path), "utf8");
const keysIn = (text: string, table: RegExp) =>
  [...(table.exec(text)?.[1] ?? "").matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]!).sort();

test("the page has words for every check of a credential", () => {
  const checks = keysIn(read("src", "http", "auth", "refusals.ts"), /const REASONS = \{([\s\S]*?)\n\}/);
  const worded = keysIn(
    read("web", "src", "screens", "connections", "refusals.tsx"),
    /const CHECKS[^{]*\{([\s\S]*?)\n\}/,
  );
  expect(checks.length).toBeGreaterThan(15);
  expect(worded).toEqual(checks);
});
