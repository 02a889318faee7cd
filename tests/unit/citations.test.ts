import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CODES } from "../../src/targets/dingtalk/client/answers/codes.ts";

/* Every file, section and id that a document or a comment names exists. */

const root = join(__dirname, "..", "..");
const filesBelow = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending) && !path.startsWith("generated"))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`);

const sources = filesBelow("src", ".ts");
const code = [...sources, ...filesBelow("tests", ".ts")];
const documents = [...readdirSync(root).filter((name) => name.endsWith(".md")), ...filesBelow("docs", ".md")];
const names = new Set(code.map((path) => path.split("/").at(-1)));

const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** A block, or lines that follow each other. */
const commentsOf = (text: string): readonly string[] =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|(?:(?<![:"'`])\/\/.*\n\s*)+/gm)].map(([comment]) => comment);

/** Paths that a text names, without those of libraries and addresses. */
const cited = (text: string): readonly string[] =>
  [...text.matchAll(/(?<![\w/.@*-])((?:[\w-]+\/)*[\w-]+(?:\.test)?\.ts)(?![\w-])/g)].map(
    (match) => match[1]!,
  );

const isThere = (path: string): boolean =>
  path.includes("/")
    ? ["", "src", "tests"].some((base) => existsSync(join(root, base, path)))
    : names.has(path);

test.each(documents)("%s names files that exist", (document) => {
  expect(cited(read(document)).filter((path) => !isThere(path))).toEqual([]);
});

test("comments name files that exist", () => {
  const wrong = sources.flatMap((path) =>
    cited(commentsOf(read(path)).join("\n")).flatMap((name) => (isThere(name) ? [] : [`${path}: ${name}`])),
  );
  expect(wrong).toEqual([]);
});

/** What each cited document can be cited for: numbers of its headings, ids of its rows. */
const citable: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ["docs/dingtalk.md", /^#+ (\d+(?:\.\d+)?)\.? /gm],
    ["docs/clients.md", /^#+ (\d+(?:\.\d+)?)\.? /gm],
    ["docs/threats.md", /^\| ([IFT]\d+) \|/gm],
  ].map(([path, places]) => [
    path as string,
    new Set([...read(path as string).matchAll(places as RegExp)].map((match) => match[1]!)),
  ]),
);

const PLACE = String.raw`(?:\d+(?:\.\d+)?|[IFT]\d+)\b(?![\w-]|\.\d)`;
const CITATION = new RegExp(
  String.raw`(?<![\w/-])((?:[\w.-]+\/)*[A-Za-z][\w-]*\.md)((?:(?:,| and)? ${PLACE})*)`,
  "g",
);

/** Citations of documents in a text that lead nowhere. */
function deadEnds(text: string): readonly string[] {
  return [...text.replace(/\n\s*(?:\*|\/\/)?\s*/g, " ").matchAll(CITATION)].flatMap(
    ([, path = "", places = ""]) => {
      if (!existsSync(join(root, path))) return [path];
      const known = citable.get(path);
      const cited = [...places.matchAll(new RegExp(PLACE, "g"))].map(([place]) => place);
      if (known !== undefined)
        return cited.filter((place) => !known.has(place)).map((place) => `${path} ${place}`);
      return cited.map((place) => `${path} ${place}`);
    },
  );
}

test("comments cite documents, sections and rows that exist", () => {
  const wrong = code.flatMap((path) =>
    deadEnds(commentsOf(read(path)).join("\n")).map((place) => `${path}: ${place}`),
  );
  expect(wrong).toEqual([]);
});

test.each([
  ["a document that is not there", "stays within limits (safety.md T25)", ["safety.md"]],
  ["a section that is not there", "see docs/dingtalk.md 5.1, 5.9 and 6", ["docs/dingtalk.md 5.9"]],
  ["a row that is not there, across lines", "see docs/threats.md I4,\n * F99", ["docs/threats.md F99"]],
  ["what is there", "docs/clients.md 1.2; docs/threats.md T2. ARCHITECTURE.md tells more", []],
])("%s", (_name, text, expected) => {
  expect(deadEnds(text)).toEqual(expected);
});

test("a comment that cites a section names the document or the RFC", () => {
  const bare = code.flatMap((path) =>
    commentsOf(read(path))
      .filter((comment) => /\b[Ss]ections? \d/.test(comment) && !/RFC\s+(\*\s*)?\d|\.md/.test(comment))
      .map((comment) => `${path}: ${comment}`),
  );
  expect(bare).toEqual([]);
});

test("the numbers of the simulator's tests are sections of docs/dingtalk.md", () => {
  const numbered = code.filter((path) => /^tests\/(unit|integration)\/simulator\//.test(path));
  const wrong = numbered.flatMap((path) =>
    [...read(path).matchAll(/(?:describe|test)\("((?:\d+\.\d+(?: and |, )?)+) /g)]
      .flatMap((match) => [...match[1]!.matchAll(/\d+\.\d+/g)].map(([place]) => place))
      .filter((place) => !citable.get("docs/dingtalk.md")!.has(place))
      .map((place) => `${path}: ${place}`),
  );
  expect(wrong).toEqual([]);
});

test("every row of docs/threats.md is cited by code, and names files that exist", () => {
  const rows = [...read("docs/threats.md").matchAll(/^\| ([IFT]\d+) \|.*$/gm)];
  const everything = code.flatMap((path) => commentsOf(read(path))).join("\n");
  expect(
    rows
      .filter(
        ([, id]) => !new RegExp(String.raw`docs/threats\.md(?:,? [IFT]\d+)*,? ${id}\b`).test(everything),
      )
      .map(([, id]) => id),
  ).toEqual([]);
  expect(rows.filter(([row]) => !/`tests\/.*`/.test(row)).map(([, id]) => id)).toEqual([]);
});

test("docs/dingtalk.md lists the codes the adapter knows, each below its kind", () => {
  const section = read("docs/dingtalk.md")
    .split(/^## /m)
    .find((text) => text.startsWith("12."))!;
  const listed = [...section.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].flatMap(([, kind, codes = ""]) =>
    [...codes.matchAll(/`([^`]+)`/g)].map(([, name]) => `${name}: ${kind}`),
  );
  expect(listed.sort()).toEqual(
    Object.entries(CODES)
      .map(([name, { kind }]) => `${name}: ${kind}`)
      .sort(),
  );
});

/** Rows below "Where to find what": a question or a task, and where to look. */
const signposts = read("ARCHITECTURE.md")
  .split("## Where to find what")[1]!
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.split(" | "))
  .filter(([row]) => row !== "| Question" && row !== "| Task");

test("a newcomer's questions are answered by files", () => {
  expect(signposts.filter(([row]) => row!.endsWith("?")).length).toBeGreaterThanOrEqual(10);
});

test.each(signposts)("%s names files that exist", (_row, places = "") => {
  const paths = [...places.matchAll(/`([\w./-]+\/[\w./-]*|[\w-]*\.[\w.]+)`|\]\(([\w./-]+)/g)].map(
    ([, path, link]) => path ?? link!,
  );
  const addresses = paths.filter((path) => path.startsWith("/"));
  expect(paths.length - addresses.length).toBeGreaterThan(0);
  expect(
    paths.filter(
      (path) => !addresses.includes(path) && !["", "src"].some((base) => existsSync(join(root, base, path))),
    ),
  ).toEqual([]);
});

test("ARCHITECTURE.md names every table", () => {
  const tables = [...read("prisma/schema.prisma").matchAll(/@@map\("(\w+)"\)/g)].map((match) => match[1]!);
  const section = read("ARCHITECTURE.md").split("\n## Tables")[1]!.split("\n## ")[0]!;
  expect(tables.filter((table) => !section.includes(`\`${table}\``))).toEqual([]);
});

test("the list of decisions has every page, with its title", () => {
  const pages = documents
    .filter((path) => /^docs\/adr\/\d/.test(path))
    .map((path) => [path.split("/").at(-1)!, read(path)] as const);
  const titles = pages.map(([name, text]) => `${name} ${/^# \d{4} (.*)$/m.exec(text)?.[1]}`);
  const listed = [
    ...read("docs/adr/README.md").matchAll(
      /^\| \[\d{4}\]\((\S+)\) \| (.*?)(?: \(superseded by \d{4}\))? \|$/gm,
    ),
  ];
  expect(listed.map(([, name, title]) => `${name} ${title}`)).toEqual(titles.sort());
});

test("lines of documents have at most 120 characters, outside tables and code", () => {
  const long = documents.flatMap((path) => {
    let inCode = false;
    return read(path)
      .split("\n")
      .flatMap((line, index) => {
        if (line.trimStart().startsWith("```")) inCode = !inCode;
        return line.length > 120 && !inCode && !line.trimStart().startsWith("|")
          ? [`${path}:${index + 1}`]
          : [];
      });
  });
  expect(long).toEqual([]);
});
