import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..", "..");
const run = promisify(execFile);

/**
 * The commit of the previous version while there is no tagged release: the first commit that builds a
 * package. Its schema is older than alerts and the grace of leavers.
 */
const BEFORE_RELEASES = "499d896b51e959dd198017d7e1239309f1450f43";

export interface PreviousVersion {
  readonly commit: string;
  readonly program: string;
}

/**
 * Builds the previous version in `folder`, which must not exist, from the history of this clone and the npm
 * registry. It takes about a minute.
 */
export async function buildPreviousVersion(folder: string): Promise<PreviousVersion> {
  const commit = (await lastRelease()) ?? BEFORE_RELEASES;
  await requireCommit(commit);
  mkdirSync(folder);
  const archive = `${folder}.tar`;
  await git("archive", "--output", archive, commit);
  await run("tar", ["-xf", archive, "-C", folder]);
  await run("npm", ["ci", "--silent"], { cwd: folder, maxBuffer: 64_000_000 });
  const program = join(folder, "bin", "dingtalk-scim.js");
  if (!existsSync(join(folder, "dist")))
    await run("npm", ["run", "--silent", "build"], { cwd: folder, maxBuffer: 64_000_000 });
  return { commit, program };
}

/** The newest tag of a version among the ancestors of this commit. */
async function lastRelease(): Promise<string | undefined> {
  return git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^").catch(() => undefined);
}

async function requireCommit(commit: string): Promise<void> {
  const known = await git("cat-file", "-e", `${commit}^{commit}`).then(
    () => true,
    () => false,
  );
  if (known) return;
  const shallow = (await git("rev-parse", "--is-shallow-repository")) === "true";
  throw new Error(
    `the previous version (${commit}) is not in this clone${shallow ? ", which is shallow: fetch the whole history with `git fetch --unshallow --tags`" : ""}`,
  );
}

const git = async (...args: readonly string[]): Promise<string> =>
  (await run("git", args, { cwd: root, maxBuffer: 256_000_000 })).stdout.trim();
