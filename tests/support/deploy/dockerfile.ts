/**
 * One instruction of a Dockerfile: its name, its flags (`--from=build`) and its other arguments as one line.
 */
export interface Instruction {
  readonly word: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  /** Name of an image or of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export function readDockerfile(text: string): readonly Stage[] {
  const joined = text.replace(/^\s*#.*\n/gm, "").replace(/\\\n\s*/g, " ");
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of joined.split("\n").filter((each) => each.trim() !== "")) {
    const [word = "", ...rest] = line.trim().split(/ +/);
    const flags = rest.filter(
      (each, at) => each.startsWith("--") && rest.slice(0, at + 1).every((before) => before.startsWith("--")),
    );
    const given = rest.slice(flags.length);
    if (word === "FROM") stages.push({ from: given[0]!, name: given[2] ?? "", instructions: [] });
    else
      stages
        .at(-1)!
        .instructions.push({ word, flags: Object.fromEntries(flags.map(flagOf)), rest: given.join(" ") });
  }
  return stages;
}

function flagOf(flag: string): [string, string] {
  const [name = "", ...value] = flag.slice(2).split("=");
  return [name, value.join("=")];
}
