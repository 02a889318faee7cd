import { unreachable } from "../../core/errors.ts";
import type { Explanation } from "../../mapping/mapping.ts";
import type { DeletedRecord } from "../../persons/deleted-record.ts";
import type { JoinedPerson } from "../../persons/ports.ts";
import type { Forecast, PersonPreview } from "../../reconcile/compare/preview.ts";
import type { PlannedChange } from "../../schedule/ports.ts";
import { print, printTable } from "../terminal/output.ts";
import { valueText } from "../terminal/value-text.ts";
import { reasonIn } from "../words/reason.ts";
import { t } from "../words/translate.ts";

/* The plan of one person as text: what would be sent, every rule of the mapping, records and dates. */

export function showForecast({ actual, forecast }: PersonPreview): void {
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
  const rows = Object.entries(set).map(([name, value]) => [
    name,
    valueText(actual?.attributes[name]),
    valueText(value),
  ]);
  if (rows.length > 0) printTable(["attribute", "in DingTalk", "from the directory"], rows);
  for (const { attribute, text } of notes) print(t`note on ${attribute}: ${text}`);
}

export function showExplanations({ explanations, forecast }: PersonPreview): void {
  for (const explanation of explanations) {
    const { attribute, sources, rule, result, when, note } = explanation;
    print(
      `${attribute}: ${result === undefined ? t("left alone") : valueText(result)}${when === "always" ? "" : ` (${when})`}`,
    );
    print(t`    rule ${rule}`);
    for (const { path, value } of sources.filter((source) => source.value !== null && source.value !== "")) {
      print(t`    read ${path} = ${valueText(value)}`);
    }
    if (note !== undefined) print(t`    note ${note}`);
    for (const line of sentOf(explanation, forecast)) print(`    ${line}`);
  }
}

export function scheduledText({ kind, day, zone, at, source, changes }: PlannedChange): string {
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

export const outText = ({ sources, ...said }: DeletedRecord): string =>
  [
    ...sources.map(
      ({ source, at }) => t`${source} deleted its record (${at?.toISOString() ?? t("time not known")}).`,
    ),
    worded(said),
  ].join("\n");

/** The records of the person and their conflicts. */
export function showSources({ records, conflicts }: JoinedPerson): void {
  print(t`one person in ${records.length} records:`);
  for (const { id, source, active, name } of records)
    print(`    ${source}: ${name} (${id})${active ? "" : t(", not active")}`);
  for (const { attribute, values } of conflicts)
    print(
      `    ${attribute}: ${values.map(({ source, value }, at) => `${source} ${valueText(value)}${at === 0 ? t(" (counts)") : ""}`).join(", ")}`,
    );
}

/** The value that DingTalk would get if it differs, with the reason. */
function sentOf({ attribute, result, note }: Explanation, forecast: Forecast): readonly string[] {
  if (forecast.kind !== "plan" || result === undefined) return [];
  const why = forecast.notes
    .filter((each) => each.attribute === attribute && each.text !== note)
    .map(({ text }) => t`note ${text}`);
  const sent = forecast.shaped[attribute];
  if (sent === undefined) return why.length > 0 ? [t("not sent"), ...why] : [];
  return [...(valueText(sent) === valueText(result) ? [] : [t`DingTalk gets ${valueText(sent)}`]), ...why];
}

/** In English the loop's own text, because it is more precise. */
export function worded({
  reasonCode = "",
  reason = "",
  remedy,
}: Partial<Record<"reasonCode" | "reason" | "remedy", string | undefined>>): string {
  const [text, what] = reasonIn(reasonCode, { reason, remedy });
  return `${text}${what ? `\n  → ${what}` : ""}`;
}
