import type { JsonObject, JsonValue } from "../core/entity.ts";

/*
 * Reads the dates of a worker from a document. The room `scim` has their schema. A document may use either of
 * the two URNs.
 */

const WORKERS = [
  "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:worker",
  "urn:ietf:params:scim:schemas:extension:workday:2.0:worker",
];

/** Dates of a worker. They schedule changes, and are never scheduled themselves. */
const DATES = new Set(
  [
    "hireDate",
    "originalHireDate",
    "effectiveDate",
    "terminationDate",
    "lastDayOfWork",
    "lastDayWorked",
    "contractEndDate",
  ].map((name) => name.toLowerCase()),
);

const isWorker = (urn: string): boolean => WORKERS.includes(urn.toLowerCase());
export const isExtension = (name: string): boolean => /^urn:/i.test(name);

/** True: the attribute of an extension is one of the dates. */
export const isDate = (urn: string, attribute: string): boolean =>
  isWorker(urn) && DATES.has(attribute.toLowerCase());

/** True: the partial change named this date, or the whole extension. */
export const sendsDate = (sent: ReadonlySet<string>, attribute: string): boolean =>
  WORKERS.some((urn) => sent.has(urn) || sent.has(`${urn}:${attribute.toLowerCase()}`));

/**
 * The value of an attribute of the worker extension. If the document has both URNs, the first one with a
 * value wins.
 */
export function workerValue(document: JsonObject, attribute: string): JsonValue | undefined {
  for (const [name, value] of Object.entries(document)) {
    if (!isWorker(name) || typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const worker = value as JsonObject;
    if (worker[attribute] !== undefined && worker[attribute] !== null && worker[attribute] !== "")
      return worker[attribute];
  }
  return undefined;
}

/** Dates that schedule changes. */
export const EFFECTIVE_DATES = [
  "hireDate",
  "effectiveDate",
  "terminationDate",
  "lastDayOfWork",
  "lastDayWorked",
] as const;

/** True: the document has a date that schedules a change. */
export const hasDates = (document: JsonObject): boolean =>
  EFFECTIVE_DATES.some((name) => workerValue(document, name) !== undefined);
