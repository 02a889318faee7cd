import { Command, InvalidArgumentError, Option } from "commander";
import {
  ADOPTION_STATES,
  type AdoptableKind,
  type Adoption,
  type AdoptionState,
  type Decision,
} from "../../reconcile/adopt/ports.ts";
import { refusalText } from "../../reconcile/adopt/refusal-text.ts";
import { everyPage } from "../database/every-page.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { wholeNumber } from "../options/numbers.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { t, tLike } from "../words/translate.ts";
import { by, withOperations } from "./adoption-operations.ts";

const PAGE = 1_000;
const KINDS: readonly AdoptableKind[] = ["user", "department"];

/**
 * Matches of existing people in DingTalk with the directory. The same functions as the addresses below
 * /api/sync/adoptions.
 */
export function adoptCommand(): Command {
  const command = new Command("adopt")
    .description(
      "match existing people and departments of DingTalk with the directory: proposals and decisions",
    )
    .addHelpText("after", EXAMPLES);
  command
    .addCommand(listCommand())
    .addCommand(acceptCommand())
    .addCommand(rejectCommand())
    .addCommand(unlinkCommand());
  return command;
}

const EXAMPLES = `
A decision sends nothing to DingTalk; the running server makes the changes that follow. \`dingtalk-scim assess\` and every comparison make proposals.

Examples:
  $ dingtalk-scim adopt list --state proposed
  $ dingtalk-scim adopt accept 019ab2c4-5d6e-7f80-9123-456789abcdef
  $ dingtalk-scim adopt accept --tier 2 --count 187
  $ dingtalk-scim adopt unlink user 019ab2c4-5d6e-7f80-9123-456789abcdef`;

const anyNumber = wholeNumber(0, 999_999_999);

interface ListOptions {
  readonly state?: AdoptionState;
  readonly kind?: AdoptableKind;
  readonly tier?: number;
  readonly json?: true;
}

const listCommand = (): Command =>
  new Command("list")
    .description("proposed, ambiguous, linked and rejected matches")
    .addOption(new Option("--state <state>", "only these").choices([...ADOPTION_STATES]))
    .addOption(new Option("--kind <kind>", "only these").choices([...KINDS]))
    .option("--tier <tier>", "only these", anyNumber)
    .option("--json", "the result as JSON")
    .action(async ({ json, ...query }: ListOptions) => {
      const adoptions = await withOperations(async (operations) => {
        const all: Adoption[] = [];
        for await (const page of everyPage((from) => operations.list({ ...query, count: PAGE, ...from })))
          all.push(...page.adoptions);
        return all;
      });
      if (json) return printJson({ adoptions });
      const rows = adoptions.map(({ id, kind, tier, strength, state, entity, remote, matched }) => [
        id,
        kind,
        `${tier} ${strength}`,
        state,
        entity.name ?? entity.id,
        `${remote.name ?? ""} (${remote.id})`,
        remote.departments.join(", "),
        matched.join(", "),
      ]);
      if (rows.length > 0)
        printTable(["id", "kind", "tier", "state", "directory", "DingTalk", "departments", "matched"], rows);
      say(t`${rows.length} in all.`);
    });

const acceptCommand = (): Command =>
  new Command("accept")
    .description("accept proposals: link them")
    .argument("[ids...]", "ids of proposals, see `adopt list`")
    .option("--tier <tier>", "all that are proposed at this tier", anyNumber)
    .option("--count <count>", "their number", anyNumber)
    .option("--json", "the result as JSON")
    .action(
      async (
        ids: string[],
        { tier, count, json }: { tier?: number; count?: number; json?: true },
        command: Command,
      ) => {
        if (ids.length > 0 === (tier !== undefined) || (tier === undefined) !== (count === undefined))
          command.error("error: name ids, or --tier with --count", { exitCode: 2 });
        if (tier === undefined || count === undefined) return decideAll(ids, "accept", json);
        const decision = await withOperations((operations) => operations.acceptTier(tier, count, by()));
        if (decision.kind === "refused") {
          say(tLike(refusalText(decision.why)));
          return foundProblems();
        }
        const accepted = decision.kind === "done" ? decision.adoptions.length : 0;
        if (json) printJson({ tier, count, accepted });
        else print(t`${accepted} of ${count} linked.`);
        if (accepted < count) foundProblems();
      },
    );

const rejectCommand = (): Command =>
  new Command("reject")
    .description("reject proposals: they are never proposed again")
    .argument("<ids...>", "ids of proposals, see `adopt list`")
    .option("--json", "the result as JSON")
    .action((ids: string[], { json }: { json?: true }) => decideAll(ids, "reject", json));

const unlinkCommand = (): Command =>
  new Command("unlink")
    .description("stop managing a person or department; nothing changes in DingTalk")
    .argument("<kind>", "user or department", (text: string) => {
      const kind = KINDS.find((each) => each === text);
      if (!kind) throw new InvalidArgumentError(t("must be user or department"));
      return kind;
    })
    .argument("<id>", "of the person or department here")
    .option("--json", "the result as JSON")
    .action(async (kind: AdoptableKind, id: string, { json }: { json?: true }) => {
      const decision = await withOperations((operations) => operations.unlink({ kind, id }, by()));
      if (decision.kind === "unknown")
        throw new NotFoundHere(t`nothing in DingTalk is linked to the ${kind} ${id}`);
      tell([decision], json);
    });

async function decideAll(
  ids: readonly string[],
  decide: "accept" | "reject",
  json: true | undefined,
): Promise<void> {
  const decisions = await withOperations(async (operations) => {
    const made: Decision[] = [];
    // In the order given.
    for (const id of ids) made.push(await operations[decide](id, by()));
    return made;
  });
  const unknown = ids.filter((_, at) => decisions[at]?.kind === "unknown");
  tell(decisions, json);
  if (unknown.length > 0) throw new NotFoundHere(t`no proposal has the id ${unknown.join(", ")}`);
}

function tell(decisions: readonly Decision[], json: true | undefined): void {
  const adoptions = decisions.flatMap((decision) => (decision.kind === "done" ? decision.adoptions : []));
  if (json) printJson({ adoptions });
  else
    for (const { entity, remote, state } of adoptions)
      print(t`${entity.name ?? entity.id} and ${remote.name ?? ""} (${remote.id}): ${state}`);
  for (const decision of decisions) {
    if (decision.kind !== "refused") continue;
    say(tLike(refusalText(decision.why)));
    foundProblems();
  }
}
