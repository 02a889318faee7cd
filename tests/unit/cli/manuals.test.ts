import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { createProgram } from "../../../src/cli/program.ts";
import { SIMPLIFIED_REASONS } from "../../../src/words/reasons/zh-hans.ts";

/* The guides for administrators in docs/zh-Hans and docs/zh-Hant, held against the program. */

const read = (file: string): string => readFileSync(join(__dirname, "..", "..", "..", "docs", file), "utf8");
const LANGUAGES = ["zh-Hans", "zh-Hant"] as const;
const PAGES = ["README.md", "operations.md", "rollout.md"] as const;
const guides = LANGUAGES.flatMap((language) => PAGES.map((page) => `${language}/${page}`));

/** Codes of the last column of the table of incidents. Those of parked people are in the table of reasons. */
const incidentCodes = (): readonly string[] => {
  const [, table = ""] = /^## Incidents\n([\s\S]*?)\n\n`quotaUsedUp`/m.exec(read("alerts.md")) ?? [];
  return table
    .split("\n")
    .flatMap((row) => [...(row.split("|").at(-2) ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1]!));
};

/** Inline code, and the lines of blocks. */
const codeIn = (text: string): readonly string[] => [
  ...[...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((block) => block[1]!.split("\n")),
  ...[...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!),
];

/** What is wrong with a command line: a command or an option that the program does not have. */
function unknownIn(line: string): readonly string[] {
  const words = line
    .replace(/"[^"]*"/g, "TEXT")
    .replace(/\s#.*$/, "")
    .split(/\s+/);
  let command: Command = createProgram();
  const rest = [...words];
  for (let next = command.commands.find((each) => each.name() === rest[0]); next; ) {
    command = next;
    rest.shift();
    next = command.commands.find((each) => each.name() === rest[0]);
  }
  if (command.commands.length > 0) return [line];
  return rest
    .filter((word) => word.startsWith("--") && !command.options.some(({ long }) => long === word))
    .map((word) => `${line}: ${word}`);
}

test.each(LANGUAGES)("%s: operations.md says what to do about each incident", (language) => {
  const codes = incidentCodes();
  expect(codes.length).toBeGreaterThan(20);
  const page = read(`${language}/operations.md`);
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

test.each(guides)("%s names commands and options that exist", (guide) => {
  const lines = codeIn(read(guide)).flatMap(
    (code) => /dingtalk-scim(?:\.js)? (?!›)(.+)$/.exec(code)?.[1] ?? [],
  );
  expect(lines.flatMap(unknownIn)).toEqual([]);
});

test("the first word of a reason in the tables is one of the program", () => {
  const rows = LANGUAGES.flatMap((language) => read(`${language}/operations.md`).split("\n"));
  const named = rows.flatMap((row) =>
    [...(/^\| ((?:`[a-z]+[A-Z]\w+` ?)+)/.exec(row)?.[1] ?? "").matchAll(/`(\w+)`/g)].map(
      (match) => match[1]!,
    ),
  );
  const known = new Set([...Object.keys(SIMPLIFIED_REASONS), ...incidentCodes()]);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((code) => !known.has(code))).toEqual([]);
});

test.each(PAGES)("%s: both varieties name the same commands, settings, codes and addresses", (page) => {
  const [hans = "", hant = ""] = LANGUAGES.map((language) => read(`${language}/${page}`));
  const tokens = (text: string): readonly string[] =>
    [...new Set(codeIn(text).flatMap((code) => code.match(/[\w./-]{3,}/g) ?? []))]
      .filter((token) => !/^zh_/.test(token))
      .sort();
  expect(tokens(hant)).toEqual(tokens(hans));
});
