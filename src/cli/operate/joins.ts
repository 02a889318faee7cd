import { Command, Option } from "commander";
import { systemClock } from "../../core/clock.ts";
import {
  JOIN_STATES,
  type Join,
  type JoinDecision,
  type JoinOperations,
  type JoinState,
  type RecordView,
} from "../../persons/ports.ts";
import { refusalText } from "../../persons/refusal-text.ts";
import { TARGET } from "../../targets/target-name.ts";
import { everyPage } from "../database/every-page.ts";
import { withPool } from "../database/joined-pool.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { t, tLike } from "../words/translate.ts";

const PAGE = 1_000;

/** Matches of records of several sources. The same functions as the addresses below /api/joins. */
export function joinsCommand(): Command {
  const command = new Command("joins")
    .description("match records of several sources that are the same person: proposals and decisions")
    .addHelpText("after", EXAMPLES);
  for (const sub of [
    listCommand(),
    searchCommand(),
    decideCommand("accept"),
    decideCommand("refuse"),
    separateCommand(),
    forgetCommand(),
  ])
    command.addCommand(sub);
  return command;
}

const EXAMPLES = `
What is compared, and whose values count, is in the block \`sources\` of the mapping file (docs/sources.md).

Examples:
  $ dingtalk-scim joins search
  $ dingtalk-scim joins list --state proposed
  $ dingtalk-scim joins accept 019ab2c4-5d6e-7f80-9123-456789abcdef
  $ dingtalk-scim joins separate 019ab2c4-5d6e-7f80-9123-456789abcdef
  $ dingtalk-scim joins forget 019ab2c4-5d6e-7f80-9123-456789abcdef`;

const listCommand = (): Command =>
  new Command("list")
    .description("proposed, ambiguous, joined and refused matches")
    .addOption(new Option("--state <state>", "only these").choices([...JOIN_STATES]))
    .option("--json", "the result as JSON")
    .action(async ({ json, ...query }: { state?: JoinState; json?: true }) => {
      const joins = await withOperations(async (operations) => {
        const all: Join[] = [];
        for await (const page of everyPage((from) => operations.list({ ...query, count: PAGE, ...from })))
          all.push(...page.joins);
        return all;
      });
      if (json) return printJson({ joins });
      const rows = joins.map(({ id, state, matched, record, person }) => [
        id,
        state,
        record ? viewOf(record) : t("deleted"),
        person.records.map(viewOf).join(", ") || (person.name ?? person.id),
        matched.join(", "),
      ]);
      if (rows.length > 0) printTable(["id", "state", "record", "person", "equal"], rows);
      say(t`${rows.length} in all.`);
    });

const viewOf = ({ name, source, active }: RecordView): string =>
  `${name} (${source}${active ? "" : t(", not active")})`;

const othersOf = ({ records }: Join["person"], record: Join["record"]): string =>
  records
    .filter(({ id }) => id !== record?.id)
    .map(viewOf)
    .join(", ");

const searchCommand = (): Command =>
  new Command("search")
    .description("compare all records now: join certain matches and propose the others")
    .option("--json", "the result as JSON")
    .action(async ({ json }: { json?: true }) => {
      const found = await withOperations((operations) => operations.search(by()));
      if (json) printJson(found);
      else print(t`${found.joined} joined, ${found.proposed} proposed.`);
    });

const DECISIONS = {
  accept: "join records: they are the same person; also after a refusal or separation",
  refuse: "refuse a match: they are different people and are never proposed again",
} as const;

const decideCommand = (decide: keyof typeof DECISIONS): Command =>
  new Command(decide)
    .description(DECISIONS[decide])
    .argument("<ids...>", "ids, see `joins list`")
    .option("--json", "the result as JSON")
    .action((ids: string[], { json }: { json?: true }) =>
      decideAll(ids, (operations, id) => operations[decide](id, by()), json),
    );

const separateCommand = (): Command =>
  new Command("separate")
    .description("separate a record from its person; the person keeps the DingTalk account")
    .argument("<ids...>", "of records, as their source knows them")
    .option("--json", "the result as JSON")
    .action((ids: string[], { json }: { json?: true }) =>
      decideAll(ids, (operations, id) => operations.separate(id, by()), json),
    );

const forgetCommand = (): Command =>
  new Command("forget")
    .description("that sources have deleted their records of a person counts no more")
    .argument("<ids...>", "of people, or of their records")
    .option("--json", "the result as JSON")
    .action((ids: string[], { json }: { json?: true }) =>
      decideAll(ids, (operations, id) => operations.forget(id, by()), json),
    );

async function decideAll(
  ids: readonly string[],
  decide: (operations: JoinOperations, id: string) => Promise<JoinDecision>,
  json: true | undefined,
): Promise<void> {
  const decisions = await withOperations(async (operations) => {
    const made: JoinDecision[] = [];
    // In the order given.
    for (const id of ids) made.push(await decide(operations, id));
    return made;
  });
  const joins = decisions.flatMap((decision) => (decision.kind === "done" ? decision.joins : []));
  if (json) printJson({ joins });
  else
    for (const { record, person, state } of joins)
      print(
        t`${record ? viewOf(record) : t("deleted")} and ${othersOf(person, record) || (person.name ?? person.id)}: ${state}`,
      );
  for (const [at, decision] of decisions.entries()) {
    if (decision.kind === "done" && decision.joins.length === 0)
      say(t`Deleted records of ${ids[at]!} are forgotten.`);
    if (decision.kind !== "refused") continue;
    say(tLike(refusalText(decision.why)));
    foundProblems();
  }
  const unknown = ids.filter((_, at) => decisions[at]?.kind === "unknown");
  if (unknown.length > 0) throw new NotFoundHere(t`nothing here has the id ${unknown.join(", ")}`);
}

const by = () => ({ at: systemClock.now(), actor: ACTOR, causes: [], detail: { osUser: osUser() } });

const withOperations = <T>(work: (operations: JoinOperations) => Promise<T>): Promise<T> =>
  withPool(async (joined) => {
    const [{ createJoinOperations }, { openVault }, { loadMapping }, { personDeps }] = await Promise.all([
      import("../../store/people/operations.ts"),
      import("../../keys/open-vault.ts"),
      import("../../compose/load-rules.ts"),
      import("../../compose/person-deps.ts"),
    ]);
    const vault = await openVault({ ...joined, clock: systemClock });
    return work(createJoinOperations(joined.pool, personDeps(loadMapping(joined.config, TARGET), vault)));
  });
