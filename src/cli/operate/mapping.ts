import { readFileSync } from "node:fs";
import { Command } from "commander";
import { unreadable } from "../../core/unreadable.ts";
import type { FileProblem } from "../../mapping/file/problem.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { Trial } from "../../reconcile/trial/mapping-trial.ts";
import { TARGET } from "../../targets/target-name.ts";
import { wholeNumber } from "../options/numbers.ts";
import { EXIT, foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { START_PROBLEMS } from "../words/start-problems.ts";
import { t, tLike } from "../words/translate.ts";

const MAX_PEOPLE = 1_000_000;

export const mappingCommand = (): Command =>
  new Command("mapping")
    .description("check a mapping file before the server uses it")
    .addCommand(checkCommand())
    .addCommand(
      new Command("schema")
        .description("print the JSON Schema of a mapping file, for editors")
        .addHelpText(
          "after",
          "\nExample:\n  $ dingtalk-scim mapping schema > mapping.schema.json\n  # yaml-language-server: $schema=./mapping.schema.json",
        )
        .action(async () =>
          printJson((await import("../../mapping/file/json-schema.ts")).mappingJsonSchema()),
        ),
    )
    .addCommand(
      new Command("default")
        .description("print the built-in mapping file, as a start for your own")
        .addHelpText("after", "\nExample:\n  $ dingtalk-scim mapping default > mapping.yaml")
        .action(async () =>
          print((await import("../../mapping/file/default-mapping.ts")).DEFAULT_MAPPING.trimEnd()),
        ),
    );

interface Options {
  readonly people?: number;
  readonly json?: true;
}

function checkCommand(): Command {
  return new Command("check")
    .description(
      "find all errors of a mapping file; with --people, also values that it cannot make for people of the directory",
    )
    .argument("<file>", "the YAML file, as MAPPING_FILE would name it")
    .option(
      "--people <count>",
      "test it with this number of people of the directory; needs the installation",
      wholeNumber(1, MAX_PEOPLE),
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nNothing is written and nothing is sent. Exit code 1 when the file has a mistake.\n\nExamples:\n  $ dingtalk-scim mapping check mapping.yaml\n  $ dingtalk-scim mapping check mapping.yaml --people 500",
    )
    .action(async (file: string, { people, json }: Options) => {
      const checked = await compiled(file);
      if (checked.kind === "unreadable") {
        say(`dingtalk-scim: ${tLike(checked.why, START_PROBLEMS)}`);
        process.exitCode = EXIT.couldNotRun;
        return;
      }
      if (checked.kind === "invalid") {
        if (json) printJson({ valid: false, problems: checked.problems });
        else
          for (const { line, column, path, message } of checked.problems)
            print(`${file}:${line}:${column} ${path === "" ? "" : `${path}: `}${message}`);
        say(t`${checked.problems.length} mistakes in ${file}.`);
        return foundProblems();
      }
      const trial = people === undefined ? undefined : await tried(checked.mapping, people);
      if (json)
        return printJson({
          valid: true,
          problems: [],
          version: checked.mapping.version,
          ...(trial ? { trial } : {}),
        });
      if (trial) showTrial(trial);
      if (!checked.mapping.personAttributes.includes("name"))
        say(
          t(
            "No rule gives a name: nobody can be created in DingTalk. `dingtalk-scim mapping default` prints a file to start from.",
          ),
        );
      say(t`${file} is good (version ${checked.mapping.version}).`);
    });
}

type Checked =
  | { readonly kind: "valid"; readonly mapping: Mapping }
  | { readonly kind: "invalid"; readonly problems: readonly FileProblem[] }
  | { readonly kind: "unreadable"; readonly why: string };

async function compiled(file: string): Promise<Checked> {
  const [{ compileMapping }, { MappingInvalid }, { knownNames }] = await Promise.all([
    import("../../mapping/compile.ts"),
    import("../../mapping/file/problem.ts"),
    import("../../compose/mapping-names.ts"),
  ]);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { kind: "unreadable", why: unreadable(file, error) };
  }
  try {
    return { kind: "valid", mapping: compileMapping(text, knownNames(TARGET)) };
  } catch (error) {
    if (!(error instanceof MappingInvalid)) throw error;
    return { kind: "invalid", problems: error.problems };
  }
}

async function tried(mapping: Mapping, most: number): Promise<Trial> {
  const [{ withPool }, { tryMapping }, { systemClock }] = await Promise.all([
    import("../database/joined-pool.ts"),
    import("../../reconcile/trial/mapping-trial.ts"),
    import("../../core/clock.ts"),
  ]);
  return withPool(async ({ pool }) => {
    const [{ createReconcileStore }, { withoutValues }, { pagesOfPeople }] = await Promise.all([
      import("../../store/create.ts"),
      import("../../store/personal/vault.ts"),
      import("../database/pages-of-people.ts"),
    ]);
    // Nothing is written.
    return tryMapping({
      mapping,
      store: createReconcileStore(pool, TARGET, { vault: withoutValues }),
      ids: pagesOfPeople({ pool, clock: systemClock }, most),
    });
  });
}

function showTrial({ people, values, notes }: Trial): void {
  print(t`${people} people of the directory were tested.`);
  printTable(
    ["attribute", "people with a value"],
    Object.entries(values).map(([name, count]) => [name, String(count)]),
  );
  if (notes.length === 0) return;
  printTable(
    ["attribute", "note", "people", "for example", "meaning"],
    notes.map(({ attribute, code, count, example, text }) => [attribute, code, String(count), example, text]),
  );
}
