import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Instruction, readDockerfile, type Stage } from "./dockerfile.ts";

const root = join(__dirname, "..", "..", "..");
const run = promisify(execFile);

/**
 * Folders that stages create. Other changes of the system are not replayed: users and packages of the image.
 */
const OWN = /(?<=^|[\s=])\/(build|app)(?=\/|\s|$)/g;

/**
 * Runs WORKDIR, COPY and RUN of a stage of the Dockerfile, and of the stages that it copies from, in folders
 * below `folder`. Resolves with the folder of the stage. It uses no Docker, so this machine takes the place
 * of the base image.
 */
export async function replay(name: string, folder: string): Promise<string> {
  const stages = readDockerfile(readFileSync(join(root, "Dockerfile"), "utf8"));
  const context = join(folder, "context");
  await copyContext(context);
  const done = new Map<string, string>();
  const play = async (stage: Stage): Promise<string> => {
    const at = join(folder, `stage-${stage.name}`);
    done.set(stage.name, at);
    let workdir = at;
    for (const instruction of stage.instructions) {
      if (instruction.word === "WORKDIR") workdir = join(at, instruction.rest);
      mkdirSync(workdir, { recursive: true });
      if (instruction.word === "COPY") await copy(instruction, at, workdir);
      if (instruction.word === "RUN") await command(instruction.rest.replace(OWN, `${at}/$1`), workdir);
    }
    return at;
  };
  const copy = async ({ flags, rest }: Instruction, at: string, workdir: string): Promise<void> => {
    const paths = rest.split(" ");
    const to = paths.pop()!;
    const target = to.startsWith("/") ? join(at, to) : join(workdir, to);
    const from =
      flags["from"] === undefined ? context : (done.get(flags["from"]) ?? (await play(named(flags["from"]))));
    for (const path of paths)
      cpSync(join(from, path), to.endsWith("/") && path !== "." ? join(target, path) : target, {
        recursive: true,
      });
  };
  const named = (wanted: string): Stage => stages.find((stage) => stage.name === wanted)!;
  return play(named(name));
}

/**
 * Runs a shell command with PATH and HOME only. Variables of an outer npm would tell an inner npm where to
 * install, and what.
 */
async function command(text: string, cwd: string): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  await run("sh", ["-ec", text], { cwd, env: { PATH, HOME }, maxBuffer: 64e6 });
}

/** The files of the repository that .dockerignore does not exclude. */
async function copyContext(folder: string): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "-z"], { cwd: root, maxBuffer: 64e6 });
  const ignored = readFileSync(join(root, ".dockerignore"), "utf8").trim().split("\n");
  for (const path of stdout.split("\0")) {
    if (
      path === "" ||
      !existsSync(join(root, path)) ||
      ignored.some((each) => path === each || path.startsWith(`${each}/`))
    )
      continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}
