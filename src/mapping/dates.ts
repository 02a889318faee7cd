import type { JsonObject } from "../core/entity.ts";
import { isZone } from "../core/zone.ts";
import { type DateRules, END_OF_DAY } from "../schedule/rules.ts";
import type { Expression } from "./expression/expression.ts";
import { asText } from "./expression/scim-values.ts";
import { extensionOf } from "./extensions.ts";
import { DEFAULT_ZONE, type MappingFile } from "./file/file.ts";

/** What the file says of dates; undefined where they have no effect. `zone`: set where it is an expression. */
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

/** Where nothing is known of the place, it is the default zone: a day has to end some time. */
function zoneBy({ evaluate }: Expression, user: JsonObject, extensions: Readonly<Record<string, readonly string[]>>): string {
  const variables = Object.fromEntries(Object.entries(extensions).map(([name, urns]) => [name, extensionOf(user, urns)]));
  const evaluated = evaluate({ user, ...variables });
  const zone = evaluated.kind === "value" ? asText(evaluated.value) : "";
  return zone !== "" && isZone(zone) ? zone : DEFAULT_ZONE;
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
