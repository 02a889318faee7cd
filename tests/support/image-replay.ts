import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Instruction, readDockerfile, type Stage } from "./dockerfile.ts";

const root = join(__dirname, "..", "..");
const run = promisify(execFile);

/** Folders that stages make for themselves. What else a stage does to the system is not played: users, packages of the image. */
const OWN = /(?<=^|[\s=])\/(build|app)(?=\/|\s|$)/g;

/**
 * Plays COPY, ARG and RUN of a stage of the Dockerfile, and of those it copies from, in folders below `folder`. Resolves with the stage's own file system.
 * Without Docker, so the image below it is this machine.
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
    const from = flags["from"] === undefined ? context : (done.get(flags["from"]) ?? (await play(named(flags["from"]))));
    for (const path of paths) cpSync(join(from, path), to.endsWith("/") && path !== "." ? join(target, path) : target, { recursive: true });
  };
  const named = (wanted: string): Stage => stages.find((stage) => stage.name === wanted)!;
  return play(named(name));
}

/** With nothing of what npm tells the commands it runs, such as this one: where to install, and what. */
async function command(text: string, cwd: string): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  await run("sh", ["-ec", text], { cwd, env: { PATH, HOME }, maxBuffer: 64e6 });
}

/** The files of the repository that .dockerignore lets through. */
async function copyContext(folder: string): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "-z"], { cwd: root, maxBuffer: 64e6 });
  const ignored = readFileSync(join(root, ".dockerignore"), "utf8").trim().split("\n");
  for (const path of stdout.split("\0")) {
    if (path === "" || !existsSync(join(root, path)) || ignored.some((each) => path === each || path.startsWith(`${each}/`))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}
