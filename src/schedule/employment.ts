import type { JsonObject } from "../core/entity.ts";
import { type Day, dayOf, isNever, momentOn, plusDays } from "./days.ts";
import type { DateRules } from "./rules.ts";
import { workerValue } from "./worker.ts";

/** The day of a hire or leave, and the moment when it takes effect. */
export interface Turn {
  readonly day: Day;
  readonly at: Date;
}

/** The beginning and the end of an employment, by the dates of the document. */
export interface Employment {
  readonly zone: string;
  readonly hire: Turn | undefined;
  readonly leave: Turn | undefined;
}

export function employmentOf(document: JsonObject, rules: DateRules): Employment {
  const zone = rules.zoneOf(document);
  const hired = dayOf(workerValue(document, "hireDate"), zone);
  const last = lastDayOf(document, rules, zone);
  return {
    zone,
    hire:
      hired === undefined
        ? undefined
        : { day: hired, at: momentOn(plusDays(hired, -rules.leadDays), 0, zone) },
    leave: last === undefined ? undefined : { day: last, at: momentOn(last, rules.leaveAtMinutes, zone) },
  };
}

/** Undefined: the value is not a date, or the employment is open-ended. */
function lastDay(value: unknown, zone: string): Day | undefined {
  const day = dayOf(value, zone);
  return day === undefined || isNever(day) ? undefined : day;
}

function lastDayOf(document: JsonObject, { lastDay: which }: DateRules, zone: string): Day | undefined {
  const ends = lastDay(workerValue(document, "terminationDate"), zone);
  const worked = lastDay(
    workerValue(document, "lastDayOfWork") ?? workerValue(document, "lastDayWorked"),
    zone,
  );
  if (ends === undefined || worked === undefined) return ends ?? worked;
  switch (which) {
    case "terminationDate":
      return ends;
    case "lastDayOfWork":
      return worked;
    default:
      return ends < worked ? ends : worked;
  }
}

/**
 * True: the person is employed at this moment, by the dates. A last day before the day of hire belongs to an
 * earlier employment: the person is hired again.
 */
function isEmployed({ hire, leave }: Employment, at: Date): boolean {
  const hasBegun = !hire || at >= hire.at;
  const hasLeft = leave !== undefined && at >= leave.at;
  if (hire && leave && hire.day > leave.day) return hasBegun || !hasLeft;
  return hasBegun && !hasLeft;
}

/**
 * True: the person is present at this moment. Both `active` and the dates must allow it. So a date never
 * keeps a person whom the source has deactivated, unless the rules let `active: false` wait for the last day.
 */
export function isPresent(
  document: JsonObject,
  employment: Employment,
  { inactive }: Pick<DateRules, "inactive">,
  at: Date,
): boolean {
  const { hire, leave } = employment;
  if (document["active"] !== false) return isEmployed(employment, at);
  if (inactive === "atOnce" || !leave || at >= leave.at) return false;
  return !hire || hire.day > leave.day || at >= hire.at;
}
