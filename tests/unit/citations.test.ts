import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/* Whoever follows a name in a document or a comment finds a file. */

const root = join(__dirname, "..", "..");
const filesBelow = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending) && !path.startsWith("generated"))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`);

const sources = filesBelow("src", ".ts");
const code = [...sources, ...filesBelow("tests", ".ts")];
const documents = [...readdirSync(root).filter((name) => name.endsWith(".md")), ...filesBelow("docs", ".md")];
const names = new Set(code.map((path) => path.split("/").at(-1)));

/** Paths that a text names, without those of libraries and addresses. */
const cited = (text: string): readonly string[] =>
  [...text.matchAll(/(?<![\w/.@*-])((?:[\w-]+\/)*[\w-]+(?:\.test)?\.ts)(?![\w-])/g)].map((match) => match[1]!);

const isThere = (path: string): boolean =>
  path.includes("/") ? ["", "src", "tests"].some((base) => existsSync(join(root, base, path))) : names.has(path);

test.each(documents)("%s names files that exist", (document) => {
  expect(cited(readFileSync(join(root, document), "utf8")).filter((path) => !isThere(path))).toEqual([]);
});

test("comments name files that exist", () => {
  const wrong = sources.flatMap((path) => {
    const comments = [...readFileSync(join(root, path), "utf8").matchAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm)].map(([comment]) => comment);
    return cited(comments.join("\n")).flatMap((name) => (isThere(name) ? [] : [`${path}: ${name}`]));
  });
  expect(wrong).toEqual([]);
});
