import { join, posix } from "node:path";
import { importsOf, sourceFiles } from "../support/architecture.ts";

/*
 * How large the parts of the program are. The length of functions is a rule of Biome (biome.json, at most 80
 * lines), and circles of imports are one of architecture.ts.
 */

const MOST_LINES = 300;
/** Nine of ten files have at most so many. */
const USUAL_LINES = 170;
/** Imports from one folder of the storage to another, beside `postgres`, which all of them need. */
const MOST_ACROSS = 15;

/** Tables and lists that are read line by line, not as a whole. */
const LISTS = [
  // One entry for each sentence of the commands, and for each reason.
  /^cli\/words\/(?:help|help-of-options|messages|notes|start-problems)\.ts$/,
  /^words\/reasons\/[^/]+\.ts$/,
  // One entry for each column, and for each code of an answer.
  /^privacy\/columns\.ts$/,
  /^targets\/dingtalk\/client\/answers\/codes\.ts$/,
];

const root = join(__dirname, "..", "..", "src");
const files = sourceFiles(root).filter(({ path }) => !LISTS.some((list) => list.test(path)));
const linesOf = (text: string): number => text.split("\n").length - 1;

test(`no file has more than ${MOST_LINES} lines`, () => {
  expect(
    files
      .filter(({ text }) => linesOf(text) > MOST_LINES)
      .map(({ path, text }) => `${path}: ${linesOf(text)}`),
  ).toEqual([]);
});

test(`nine of ten files have at most ${USUAL_LINES} lines`, () => {
  const sizes = files.map(({ text }) => linesOf(text)).sort((one, other) => one - other);
  expect(sizes[Math.floor(sizes.length * 0.9)]).toBeLessThanOrEqual(USUAL_LINES);
});

test(`folders of the storage import each other at most ${MOST_ACROSS} times`, () => {
  const folderOf = (path: string): string | undefined => /^store\/([^/]+)\//.exec(path)?.[1];
  const across = files.flatMap(({ path, text }) => {
    const from = folderOf(path);
    if (from === undefined) return [];
    return importsOf(text)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => posix.join(posix.dirname(path), specifier))
      .filter((to) => ![undefined, from, "postgres"].includes(folderOf(to)))
      .map((to) => `${path} imports ${to}`);
  });
  if (across.length > MOST_ACROSS) throw new Error(`${across.length} imports:\n${across.sort().join("\n")}`);
});
