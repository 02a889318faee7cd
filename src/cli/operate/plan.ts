import { Command, Option } from "commander";
import type { JoinedPerson } from "../../persons/ports.ts";
import { SYNC_MODES, type SyncMode } from "../../reconcile/policy.ts";
import { withApp } from "../database/app.ts";
import { personMeant } from "../database/find-person.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";
import {
  outText,
  scheduledText,
  showExplanations,
  showForecast,
  showSources,
  worded,
} from "./person-plan.ts";
import { showWholePlan } from "./whole-plan.ts";

interface Options {
  readonly user?: string;
  readonly explain?: true;
  readonly json?: true;
  readonly mode: SyncMode;
  readonly mapping?: string;
  readonly policy?: string;
}

export const planCommand = (): Command =>
  new Command("plan")
    .description(
      "all changes that would be made in DingTalk, or those of one person; nothing is sent or written",
    )
    .option(
      "--user <user>",
      "one person: userName or id; also name, e-mail address, job number, last digits of the mobile number",
    )
    .option("--explain", "for one person: every rule of the mapping with its input and result")
    .addOption(new Option("--mode <mode>", "plan with this mode").choices(SYNC_MODES).default("sync"))
    .option("--mapping <file>", "plan with this mapping file")
    .option("--policy <file>", "plan with this policy file")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nExit code 0 when nothing differs, else 1. Of one person: 1 when they are parked or held, because nothing is sent until that is fixed.\n\nExamples:\n  $ dingtalk-scim plan\n  $ dingtalk-scim plan --mapping new.yaml --json\n  $ dingtalk-scim plan --user mei.chan@example.com\n  $ dingtalk-scim plan --user mei.chan@example.com --explain",
    )
    .action(async ({ user, explain, json, mode, mapping, policy }: Options, command: Command) => {
      if (user === undefined) {
        if (explain) command.error("error: --explain is about one person: name them with --user");
        return showWholePlan({
          mode,
          ...(mapping === undefined ? {} : { mapping }),
          ...(policy === undefined ? {} : { policy }),
          ...(json ? { json } : {}),
        });
      }
      if (mapping !== undefined || policy !== undefined || command.getOptionValueSource("mode") === "cli")
        command.error("error: --mode, --mapping and --policy are about everybody: leave --user out");
      const { previewPerson } = await import("../../reconcile/compare/preview.ts");
      const { personDeps } = await import("../../compose/person-deps.ts");
      const { createJoinOperations } = await import("../../store/people/operations.ts");
      const { createScheduleReader } = await import("../../store/people/due.ts");
      const { item, preview, joined, scheduled } = await withApp(async (app) => {
        const found = await personMeant(app, user);
        const joins = createJoinOperations(app.pool, personDeps(app.mapping, app.vault));
        return {
          item: found,
          preview: await previewPerson(app, found.ref.id),
          joined: await joins.person(found.ref.id),
          scheduled: await createScheduleReader(app.pool).ofPerson(found.ref.id),
        };
      });
      const { ref, state, reasonCode, reason, remedy } = item;
      if (!preview) throw new NotFoundHere(t`nobody has the userName or id ${user}`);
      const { explanations, ...plan } = preview;
      const isStuck = state === "parked" || state === "held";
      if (isStuck) foundProblems();
      if (json)
        return printJson({
          id: ref.id,
          state,
          ...(reason ? { reasonCode, reason, remedy } : {}),
          ...plan,
          ...(explain ? { explanations } : {}),
          ...(explain && joined
            ? { records: joined.records.map(withoutDocument), conflicts: joined.conflicts }
            : {}),
          ...(joined?.out ? { out: joined.out } : {}),
          scheduled,
        });
      say(t`${user} (${ref.id}), in DingTalk ${preview.remoteId ?? t("not yet")}`);
      if (isStuck)
        print(`${state} (${reasonCode}): ${worded({ reasonCode, reason, remedy })}\n${t("after a retry:")}`);
      showForecast(preview);
      if (joined?.out) print(outText(joined.out));
      if (explain) showExplanations(preview);
      if (explain && joined) showSources(joined);
      for (const change of scheduled) print(scheduledText(change));
    });

const withoutDocument = ({ id, source, active }: JoinedPerson["records"][number]) => ({ id, source, active });
