import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import { policyFile } from "../../../src/policy/file.ts";

const page = readFileSync(join(__dirname, "../../../docs/policy.md"), "utf8");
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);

test.each(examples.map((text, index) => [index + 1, text] as const))(
  "example %i is a policy",
  (_number, text) => {
    expect(compilePolicy(text).version).toHaveLength(12);
  },
);

test("the first example is the default, which is also what an empty file means", () => {
  expect(examples).toHaveLength(3);
  const { version } = compilePolicy(DEFAULT_POLICY);
  expect(compilePolicy(examples[0]!).version).toBe(version);
  expect(compilePolicy("version: 1").version).toBe(version);
});

test.each([...Object.keys(policyFile.shape), ...Object.keys(compilePolicy("version: 1").limits)])(
  "the page tells of %s",
  (word) => {
    expect(page).toMatch(new RegExp(`\`${word}\\b`));
  },
);
