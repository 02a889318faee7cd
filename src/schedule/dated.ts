import type { JsonObject } from "../core/entity.ts";
import { dayOf, momentOn } from "./days.ts";
import { employmentOf, isPresent } from "./employment.ts";
import type { DateRules } from "./rules.ts";
import { hasDates, workerValue } from "./worker.ts";

/**
 * True: the dates of a record matter. The values that count differ from the values that were sent, or they
 * will change on a later day.
 */
export function isDated(document: JsonObject, rules: DateRules | undefined, now: Date): boolean {
  if (!rules || !hasDates(document)) return false;
  const employment = employmentOf(document, rules);
  const { hire, leave, zone } = employment;
  if ((hire && hire.at > now) || (leave && leave.at > now)) return true;
  if (isPresent(document, employment, rules, now) !== (document["active"] !== false)) return true;
  const day = dayOf(workerValue(document, "effectiveDate"), zone);
  return day !== undefined && momentOn(day, 0, zone) > now;
}
