import type { JsonObject } from "../core/entity.ts";
import { isZone } from "../core/zone.ts";
import { isReadable } from "../schedule/days.ts";
import { type DateRules, END_OF_DAY } from "../schedule/rules.ts";
import { EFFECTIVE_DATES, workerValue } from "../schedule/worker.ts";
import type { Expression } from "./expression/expression.ts";
import { asText } from "./expression/scim-values.ts";
import { extensionOf } from "./extensions.ts";
import { DEFAULT_ZONE, type MappingFile } from "./file/file.ts";
import { versionOf } from "./file/version.ts";
import type { MappingNote } from "./mapping.ts";

/** The rules for dates; undefined if dates have no effect. `zone` is set if it is an expression. */
export function dateRules(
  { dates, zone: fixed, hire, leave }: MappingFile,
  zone: Expression | undefined,
  extensions: Readonly<Record<string, readonly string[]>>,
): DateRules | undefined {
  if (dates === false) return undefined;
  return {
    zoneOf: zone ? (document) => zoneBy(zone, document, extensions) : () => fixed,
    leadDays: hire?.leadDays ?? 0,
    leaveAtMinutes: leave === undefined ? END_OF_DAY : minutesOf(leave.at),
    lastDay: leave?.day ?? "earlier",
    inactive: leave?.inactive ?? "atOnce",
  };
}

/** Changes with the rules for dates. The zone may depend on tables and extensions of the file. */
export const datesVersion = ({ dates, zone, hire, leave, tables, extensions }: MappingFile): string =>
  versionOf({
    dates: dates !== false,
    zone,
    hire: hire ?? {},
    leave: leave ?? {},
    ...(isZone(zone) ? {} : { tables, extensions }),
  });

/** The zone of a person. The default zone if it is not known, because a day must have an end. */
function zoneBy(
  expression: Expression,
  user: JsonObject,
  extensions: Readonly<Record<string, readonly string[]>>,
): string {
  const zone = zoneValue(expression, user, extensions);
  return zone !== "" && isZone(zone) ? zone : DEFAULT_ZONE;
}

function zoneValue(
  { evaluate }: Expression,
  user: JsonObject,
  extensions: Readonly<Record<string, readonly string[]>>,
): string {
  const variables = Object.fromEntries(
    Object.entries(extensions).map(([name, urns]) => [name, extensionOf(user, urns)]),
  );
  const evaluated = evaluate({ user, ...variables });
  return evaluated.kind === "value" ? asText(evaluated.value) : "";
}

/** Notes about dates of a person that cannot be read and have no effect, and about an unknown zone. */
export function dateNotes(
  user: JsonObject,
  zone: Expression | undefined,
  extensions: Readonly<Record<string, readonly string[]>>,
): readonly MappingNote[] {
  const unread = EFFECTIVE_DATES.filter((name) => !isReadable(workerValue(user, name)));
  const notes = unread.map(
    (attribute): MappingNote => ({
      attribute,
      code: "dateNotUnderstood",
      text: "the value is not read as a date",
    }),
  );
  const zoneName = zone ? zoneValue(zone, user, extensions) : "";
  if (zoneName === "" || isZone(zoneName)) return notes;
  return [...notes, { attribute: "zone", code: "unknownZone", text: `${zoneName} is not a time zone` }];
}

/** Whether the expression of the zone looks it up in this table. */
export const isZoneTable = (zone: string, table: string): boolean =>
  ['"', "'"].some((quote) => new RegExp(`\\blookup\\(\\s*${quote}${table}${quote}`).test(zone));

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
