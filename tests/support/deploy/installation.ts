import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..", "..");
const run = promisify(execFile);

/** Packs the product into `folder`. Resolves with the path of the package. */
export async function pack(folder: string): Promise<string> {
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root, maxBuffer: 64_000_000 });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  return join(folder, tarball!);
}

/** The same, but compiles a copy of the tracked files first, with the libraries that are installed here. */
export async function packElsewhere(folder: string): Promise<string> {
  const copy = join(folder, "copy");
  mkdirSync(copy);
  const { stdout: commit } = await run("git", ["rev-parse", "HEAD"], { cwd: root });
  const { stdout: files } = await run(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: root,
      maxBuffer: 64_000_000,
    },
  );
  const list = join(folder, "files");
  writeFileSync(list, files);
  await run("tar", ["-cf", `${copy}.tar`, "--null", "-T", list], { cwd: root });
  await run("tar", ["-xf", `${copy}.tar`, "-C", copy]);
  // Links if both folders are on one disk, because the libraries take half a gigabyte.
  await run("cp", ["-al", join(root, "node_modules"), copy]).catch(() =>
    run("cp", ["-a", join(root, "node_modules"), copy]),
  );
  const packed = join(folder, "packed");
  mkdirSync(packed);
  await run("npm", ["pack", "--silent", "--pack-destination", packed], {
    cwd: copy,
    env: { ...process.env, BUILD_COMMIT: commit },
    maxBuffer: 64_000_000,
  });
  return join(packed, readdirSync(packed)[0]!);
}

export interface Installation {
  readonly folder: string;
  /** Path of the program `dingtalk-scim` of the package. */
  readonly program: string;
  /** Disk space of the installation in MB (1,000,000 bytes). */
  readonly megabytes: number;
  npx(args: readonly string[], home: string, uid: number | undefined): Promise<string>;
}

/**
 * Installs the package in an empty folder, which becomes read-only. PATH contains only Node, npm and a shell.
 */
export async function install(
  tarball: string,
  folder: string,
  more: readonly string[] = [],
): Promise<Installation> {
  mkdirSync(folder);
  const PATH = onlyTools(join(dirname(folder), "tools"));
  const { HOME = "" } = process.env;
  await run("npm", ["install", "--omit=dev", "--no-audit", ...more, tarball], {
    cwd: folder,
    env: { PATH, HOME },
    maxBuffer: 64_000_000,
  });
  await run("chmod", ["-R", "a-w,a+rX", folder]);
  return {
    folder,
    program: join(folder, "node_modules", "dingtalk-scim", "bin", "dingtalk-scim.js"),
    megabytes: Math.round(bytesIn(folder) / 1e6),
    async npx(args, home, uid) {
      const user = uid === undefined ? {} : { uid, gid: uid };
      return (
        await run("npx", ["dingtalk-scim", ...args], { cwd: folder, env: { PATH, HOME: home }, ...user })
      ).stdout;
    },
  };
}

/** A folder for PATH, without compiler, make and Python. */
function onlyTools(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const node = dirname(process.execPath);
  const tools = { node: process.execPath, npm: join(node, "npm"), npx: join(node, "npx"), sh: "/bin/sh" };
  const have = readdirSync(folder);
  for (const [name, file] of Object.entries(tools))
    if (!have.includes(name)) symlinkSync(realpathSync(file), join(folder, name));
  return folder;
}

/** Disk space in whole blocks, as the file system counts it. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => lstatSync(join(folder, path)).blocks * 512)
    .reduce((sum, each) => sum + each, 0);
}
