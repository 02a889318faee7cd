// Makes what is not in the repository: the Prisma client (src/generated/prisma) and the compiled program
// (dist). Runs after `npm ci`, and before `npm start`, `npm test` and `npm pack` in case the install skipped
// scripts. Silent when all is well; what is up to date is left alone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyParts } from "./copy-parts.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { resolve } = createRequire(import.meta.url);

const dist = join(root, "dist");

// An installed package brings dist and neither the source nor the compiler: nothing to do.
if (existsSync(join(root, "src"))) {
  demandTools();
  generateClient();
  compile();
  removeOrphans();
  copyParts(dist);
  buildDashboard();
  writeCommit();
}

/** `.npmrc` has them installed even where NODE_ENV is production. */
function demandTools() {
  const missing = ["prisma", "typescript"].filter((name) => !packageDirectory(name));
  if (missing.length === 0) return;
  process.stderr.write(
    `${missing.join(" and ")} not installed, and a clone has to be compiled: run \`npm ci --include=dev\`\n`,
  );
  process.exit(1);
}

function generateClient() {
  const schema = join(root, "prisma", "schema.prisma");
  const prisma = packageDirectory("prisma");
  if (!existsSync(schema)) return;
  const generated = join(root, "src", "generated");
  const stamp = join(generated, "prisma.sha256");
  const wanted = sha256(readFileSync(schema), readFileSync(join(prisma, "package.json")));
  if (
    existsSync(join(generated, "prisma", "client.ts")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === wanted
  )
    return;
  // Both ask a server on the internet for news.
  const quiet = { CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" };
  run("prisma generate", join(prisma, "build", "index.js"), ["generate"], quiet);
  mkdirSync(generated, { recursive: true });
  writeFileSync(stamp, wanted);
}

function compile() {
  run("tsc", join(packageDirectory("typescript"), "bin", "tsc"), ["-p", "tsconfig.build.json"], {});
}

/**
 * What was compiled from a source that is gone: the compiler leaves it, and a package must not bring it. The
 * dashboard is built by another program.
 */
function removeOrphans() {
  const compiled = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.js(\.map)?$/.test(path),
  );
  for (const path of compiled) {
    if (
      /^(web|node_modules)[/\\]/.test(path) ||
      existsSync(join(root, "src", path.replace(/\.js(\.map)?$/, ".ts")))
    )
      continue;
    rmSync(join(dist, path));
  }
}

/** web/ and the words it shares → dist/web. */
function buildDashboard() {
  const web = join(root, "web");
  const vite = packageDirectory("vite");
  if (!existsSync(web) || !vite) return;
  // It shares the catalogues of reasons with the server.
  const files = [web, join(root, "src", "words")]
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("generated"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const built = join(dist, "web");
  const stamp = join(built, "sources.sha256");
  const wanted = sha256(
    ...[...files, join(root, "openapi.yaml"), join(root, "package-lock.json")].map((file) =>
      readFileSync(file),
    ),
  );
  if (existsSync(join(built, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted)
    return;
  // Vite builds another page where NODE_ENV says so: the package must not depend on who builds it.
  run("the build of the dashboard", join(web, "build.mjs"), [], { NODE_ENV: "production" });
  writeFileSync(stamp, wanted);
}

/**
 * Which commit was compiled, for the metrics; nothing where this is no clone or there is no git. The build of
 * an image has no clone and tells it.
 */
function writeCommit() {
  const file = join(dist, "commit");
  const asked = existsSync(join(root, ".git"))
    ? spawnSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" })
    : undefined;
  const commit = asked?.status === 0 ? asked.stdout : (process.env.BUILD_COMMIT ?? "");
  if (!existsSync(dirname(file)) || (existsSync(file) && readFileSync(file, "utf8") === commit)) return;
  writeFileSync(file, commit);
}

/** Runs a program of node; its output is shown only if it fails, and then we fail with it. */
function run(name, program, args, environment) {
  const done = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (done.status === 0) return;
  process.stderr.write(
    `${name} failed\n${done.stdout ?? ""}${done.stderr ?? ""}${done.error ? `${done.error.message}\n` : ""}`,
  );
  process.exit(1);
}

function packageDirectory(name) {
  try {
    return dirname(resolve(`${name}/package.json`));
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
