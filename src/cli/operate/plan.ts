import { Command, Option } from "commander";
import { unreachable } from "../../core/errors.ts";
import type { Explanation } from "../../mapping/mapping.ts";
import type { DeletedRecord } from "../../persons/deleted-record.ts";
import type { JoinedPerson } from "../../persons/ports.ts";
import type { Forecast, PersonPreview } from "../../reconcile/compare/preview.ts";
import { SYNC_MODES, type SyncMode } from "../../reconcile/policy.ts";
import type { PlannedChange } from "../../schedule/ports.ts";
import { withApp } from "../database/app.ts";
import { personMeant } from "../database/find-person.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { valueText } from "../terminal/value-text.ts";
import { reasonIn } from "../words/reason.ts";
import { t } from "../words/translate.ts";
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
    .description("all changes that would be made in DingTalk, or those of one person; nothing is sent or written")
    .option("--user <user>", "one person: userName or id; also name, e-mail address, job number, last digits of the mobile number")
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
          ...(explain && joined ? { records: joined.records.map(withoutDocument), conflicts: joined.conflicts } : {}),
          ...(joined?.out ? { out: joined.out } : {}),
          scheduled,
        });
      say(t`${user} (${ref.id}), in DingTalk ${preview.remoteId ?? t("not yet")}`);
      if (isStuck) print(`${state} (${reasonCode}): ${worded({ reasonCode, reason, remedy })}\n${t("after a retry:")}`);
      showForecast(preview);
      if (joined?.out) print(outText(joined.out));
      if (explain) showExplanations(preview);
      if (explain && joined) showSources(joined);
      for (const change of scheduled) print(scheduledText(change));
    });

function showForecast({ actual, forecast }: PersonPreview): void {
  if (forecast.kind !== "plan") {
    print(`${t(forecast.kind)}: ${worded(forecast)}`);
    return;
  }
  const { plan, desired, notes } = forecast;
  print(
    plan.action === "none"
      ? desired.state === "absent"
        ? t("nothing to do: the person should not be in DingTalk, and is not")
        : t("nothing to do")
      : t(plan.action),
  );
  const set = plan.action === "create" ? plan.attributes : plan.action === "update" ? plan.set : {};
  const rows = Object.entries(set).map(([name, value]) => [name, valueText(actual?.attributes[name]), valueText(value)]);
  if (rows.length > 0) printTable(["attribute", "in DingTalk", "from the directory"], rows);
  for (const { attribute, text } of notes) print(t`note on ${attribute}: ${text}`);
}

function showExplanations({ explanations, forecast }: PersonPreview): void {
  for (const explanation of explanations) {
    const { attribute, sources, rule, result, when, note } = explanation;
    print(`${attribute}: ${result === undefined ? t("left alone") : valueText(result)}${when === "always" ? "" : ` (${when})`}`);
    print(t`    rule ${rule}`);
    for (const { path, value } of sources.filter((source) => source.value !== null && source.value !== "")) {
      print(t`    read ${path} = ${valueText(value)}`);
    }
    if (note !== undefined) print(t`    note ${note}`);
    for (const line of sentOf(explanation, forecast)) print(`    ${line}`);
  }
}

function scheduledText({ kind, day, zone, at, source, changes }: PlannedChange): string {
  const time = at.toISOString();
  switch (kind) {
    case "hire":
      return t`scheduled: hire on ${day} (${zone}), at ${time}, by ${source}`;
    case "leave":
      return t`scheduled: leave on ${day} (${zone}), at ${time}, by ${source}`;
    case "change":
      return `${t`scheduled: change on ${day} (${zone}), at ${time}, by ${source}`}: ${Object.keys(changes).join(", ")}`;
    default:
      return unreachable(kind);
  }
}

const withoutDocument = ({ id, source, active }: JoinedPerson["records"][number]) => ({ id, source, active });

const outText = ({ sources, ...said }: DeletedRecord): string =>
  [...sources.map(({ source, at }) => t`${source} deleted its record (${at?.toISOString() ?? t("time not known")}).`), worded(said)].join(
    "\n",
  );

/** The records of the person and their conflicts. */
function showSources({ records, conflicts }: JoinedPerson): void {
  print(t`one person in ${records.length} records:`);
  for (const { id, source, active, name } of records) print(`    ${source}: ${name} (${id})${active ? "" : t(", not active")}`);
  for (const { attribute, values } of conflicts)
    print(
      `    ${attribute}: ${values.map(({ source, value }, at) => `${source} ${valueText(value)}${at === 0 ? t(" (counts)") : ""}`).join(", ")}`,
    );
}

/** The value that DingTalk would get if it differs, with the reason. */
function sentOf({ attribute, result, note }: Explanation, forecast: Forecast): readonly string[] {
  if (forecast.kind !== "plan" || result === undefined) return [];
  const why = forecast.notes.filter((each) => each.attribute === attribute && each.text !== note).map(({ text }) => t`note ${text}`);
  const sent = forecast.shaped[attribute];
  if (sent === undefined) return why.length > 0 ? [t("not sent"), ...why] : [];
  return [...(valueText(sent) === valueText(result) ? [] : [t`DingTalk gets ${valueText(sent)}`]), ...why];
}

/** In English the loop's own text, because it is more precise. */
function worded({ reasonCode = "", reason = "", remedy }: Partial<Record<"reasonCode" | "reason" | "remedy", string | undefined>>): string {
  const [text, what] = reasonIn(reasonCode, { reason, remedy });
  return `${text}${what ? `\n  → ${what}` : ""}`;
}
