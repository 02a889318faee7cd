import { Command, Option } from "commander";
import { systemClock } from "../../core/clock.ts";
import { unreachable } from "../../core/errors.ts";
import { isUuid } from "../../core/id.ts";
import { type Agreement, HOLD_STATES, type Hold, type HoldState } from "../../reconcile/guard/hold.ts";
import type { Decider, Decision, HoldOperations } from "../../reconcile/guard/operations.ts";
import { TARGET } from "../../targets/target-name.ts";
import { everyPage } from "../database/every-page.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { wholeNumber } from "../options/numbers.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { codeIn } from "../words/reason.ts";
import { t } from "../words/translate.ts";

const PAGE = 1_000;

interface Output {
  readonly json?: true;
}

export function holdsCommand(): Command {
  const command = new Command("holds").description(
    "changes held by limits of the policy, and decisions about them",
  );
  command
    .command("list")
    .description("holds, newest first")
    .addOption(new Option("--state <state>", "only these kinds").choices(HOLD_STATES))
    .option("--json", "the result as JSON")
    .action(async ({ state, json }: Output & { state?: HoldState }) => {
      const holds = await withHolds((operations) => everyHold(operations, state));
      if (json) return printJson({ holds });
      if (holds.length === 0) return say(t("Nothing is held under a limit."));
      printTable(
        ["id", "state", "limit", "held", "passed", "allowed", "opened", "until"],
        holds.map((hold) => [
          hold.id,
          hold.state,
          hold.limit,
          String(hold.count),
          String(hold.passed),
          String(hold.allowed),
          hold.openedAt.toISOString(),
          hold.expiresAt.toISOString(),
        ]),
      );
    });
  command
    .command("show <id>")
    .description("one hold with its members")
    .option("--json", "the result as JSON")
    .action(async (id: string, { json }: Output) => {
      const shown = await withHolds(async (operations) => {
        const hold = isUuid(id) ? await operations.get(id) : undefined;
        return hold && { ...hold, entities: await everyMember(operations, id) };
      });
      if (!shown) return unknown(id);
      if (json) return printJson(shown);
      print(
        t`${shown.state}: ${shown.count} held: ${codeIn(shown.limit)}; ${shown.passed} passed of ${shown.allowed} in ${shown.windowHours} h`,
      );
      print(t`digest ${shown.digest}`);
      printTable(
        ["kind", "id", "name", "action", "asked by"],
        shown.entities.map(({ kind, id: entity, name, action, causes }) => [
          kind,
          entity,
          name ?? "",
          action,
          causes[0]?.actor ?? "",
        ]),
      );
    });
  command
    .command("approve <id>")
    .description("approve exactly these members, for one hour")
    .requiredOption(
      "--count <number>",
      "number of members that you approve, see `holds show`",
      wholeNumber(0, 999_999_999),
    )
    .option("--digest <digest>", "digest of these members, see `holds show` (default: the present members)")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nMore than 50 members, or more than a tenth of those in DingTalk, need a second approval: by another signed-in user, with another token, or by\nanother operating-system user at the command line. In the sandbox one approval is enough.",
    )
    .action(async (id: string, { count, digest, json }: Output & { count: number; digest?: string }) =>
      show(
        id,
        json,
        await withHolds((operations, sandbox) =>
          operations.approve(id, agreement(count, digest), operator(), { alone: sandbox }),
        ),
      ),
    );
  command
    .command("reject <id>")
    .description("reject a hold: its members stay unchanged until the source changes them again")
    .option("--json", "the result as JSON")
    .action(async (id: string, { json }: Output) =>
      show(id, json, await withHolds((operations) => operations.reject(id, {}, operator()))),
    );
  return command;
}

const agreement = (count: number, digest: string | undefined): Agreement => ({
  count,
  ...(digest === undefined ? {} : { digest }),
});

const operator = (): Decider => ({
  actor: ACTOR,
  name: `${ACTOR}:${osUser()}`,
  detail: { osUser: osUser() },
});

const withHolds = <T>(work: (operations: HoldOperations, sandbox: boolean) => Promise<T>): Promise<T> =>
  withPool(async ({ pool, config }) => {
    const { createHolds } = await import("../../store/loop/guard/holds.ts");
    return work(createHolds(pool, TARGET, systemClock), config.dingtalk.kind === "sandbox");
  });

async function everyHold(operations: HoldOperations, state: HoldState | undefined): Promise<readonly Hold[]> {
  const holds: Hold[] = [];
  for await (const page of everyPage((from) =>
    operations.list({ count: PAGE, ...(state ? { state } : {}), ...from }),
  ))
    holds.push(...page.holds);
  return holds;
}

async function everyMember(operations: HoldOperations, id: string) {
  const members = [];
  for await (const page of everyPage((from) => operations.members(id, { count: PAGE, ...from })))
    members.push(...page.members);
  return members;
}

function unknown(id: string): void {
  say(t`there is no hold ${id}`);
  foundProblems();
}

function show(id: string, json: true | undefined, decision: Decision): void {
  if (decision.kind === "unknown") unknown(id);
  else if (json) printJson({ result: decision.kind, hold: decision.hold });
  else say(decisionText(decision));
  if (decision.kind === "moved") foundProblems();
}

/** The result of a decision in the user's language. */
export function decisionText({ kind, hold }: Exclude<Decision, { kind: "unknown" }>): string {
  switch (kind) {
    case "decided":
      return t`${hold.count} ${t(hold.state)}.`;
    case "needsSecond":
      return t`Noted. ${hold.count} need a second approval by another person.`;
    case "moved":
      return hold.state === "open"
        ? t`Nothing was done: the hold has ${hold.count} members now, with the digest ${hold.digest}.`
        : t`Nothing was done: the hold is ${hold.state}.`;
    default:
      return unreachable(kind);
  }
}
