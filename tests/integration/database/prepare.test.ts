import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");
const client = ["src", "generated", "prisma", "client.ts"];
const schema = (model: string) => `
  generator client {
    provider = "prisma-client"
    output = "../src/generated/prisma"
    moduleFormat = "esm"
    importFileExtension = "ts"
    generatedFileExtension = "ts"
  }
  datasource db {
    provider = "postgresql"
  }
  model ${model} {
    id Int @id
  }`;

let folder: string;
/** A file of the small clone. */
const at = (...path: string[]) => join(folder, ...path);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "prepare-"));
  for (const file of [
    "bin/prepare.js",
    "bin/copy-parts.js",
    "prisma.config.ts",
    "tsconfig.json",
    "tsconfig.build.json",
    "package.json",
  ])
    cpSync(join(root, file), at(file));
  mkdirSync(at("prisma"));
  mkdirSync(at("src"));
  symlinkSync(join(root, "node_modules"), at("node_modules"));
  writeFileSync(at("src", "main.ts"), "export const answer: number = 42;\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

function prepare() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at("bin", "prepare.js")], {
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}
const silent = { status: 0, said: "" };

test("the client is generated without a network and the source compiled, silently; unchanged, the client is left alone", () => {
  writeFileSync(at("prisma", "schema.prisma"), schema("Person"));
  expect(prepare()).toEqual(silent);
  expect(existsSync(at("dist", "main.js"))).toBe(true);
  const generatedMs = statSync(at(...client)).mtimeMs;
  expect(prepare()).toEqual(silent);
  expect(statSync(at(...client)).mtimeMs).toBe(generatedMs);
});

test("a changed schema is generated again", () => {
  writeFileSync(at("prisma", "schema.prisma"), schema("Person"));
  prepare();
  writeFileSync(at("prisma", "schema.prisma"), schema("Team"));
  expect(prepare()).toEqual(silent);
  expect(existsSync(at("src", "generated", "prisma", "models", "Team.ts"))).toBe(true);
});

test.each<[string, () => void, RegExp]>([
  [
    "of the schema",
    () =>
      writeFileSync(
        at("prisma", "schema.prisma"),
        `${schema("Person")}\nmodel Broken {\n  id Nothing @id\n}`,
      ),
    /prisma generate failed.*"Nothing"/s,
  ],
  [
    "of a type",
    () => writeFileSync(at("src", "main.ts"), "export const answer: number = 'x';\n"),
    /tsc failed.*main\.ts\(1,14\): error TS2322/s,
  ],
])("an error %s is shown, and fails", (_name, spoil, expected) => {
  spoil();
  expect(prepare()).toEqual({ status: 1, said: expect.stringMatching(expected) });
});

test.each<[string, () => void]>([
  ["no schema yet", () => undefined],
  ["no source, as in an installed package", () => rmSync(at("src"), { recursive: true })],
])("with %s there is nothing to generate, and nothing is wrong", (_name, remove) => {
  remove();
  expect(prepare()).toEqual(silent);
});

test("without the compiler a clone says what to do, and fails", () => {
  rmSync(at("node_modules"));
  expect(prepare()).toEqual({
    status: 1,
    said: "prisma and typescript not installed, and a clone has to be compiled: run `npm ci --include=dev`\n",
  });
});

test("what was compiled from a source that is gone goes too, and the dashboard stays", () => {
  prepare();
  mkdirSync(at("dist", "web"));
  for (const file of ["gone.js", "gone.js.map", join("web", "page.js")]) writeFileSync(at("dist", file), "");
  expect(prepare()).toEqual(silent);
  expect(
    ["gone.js", "gone.js.map", join("web", "page.js"), "main.js"].map((file) => existsSync(at("dist", file))),
  ).toEqual([false, false, true, true]);
});

test("what the program needs of large packages is beside it", () => {
  writeFileSync(at("prisma", "schema.prisma"), schema("Person"));
  expect(prepare()).toEqual(silent);
  const beside = (path: string) => existsSync(at("dist", "node_modules", path));
  expect(
    ["swagger-ui-dist/swagger-ui.css", "swagger-ui-dist/LICENSE", "@prisma/client/LICENSE"].filter(
      (path) => !beside(path),
    ),
  ).toEqual([]);
  expect(beside("@prisma/client/runtime/query_compiler_fast_bg.mysql.wasm-base64.mjs")).toBe(false);
});
