import type { JsonObject, JsonValue } from "../core/entity.ts";

/* Where the dates of a worker stand in a document. The room of SCIM has their schema; a document may have either spelling of the extension. */

const WORKERS = [
  "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:worker",
  "urn:ietf:params:scim:schemas:extension:workday:2.0:worker",
];

/** Dates of a worker. They schedule changes, and are themselves never scheduled. */
const DATES = new Set(
  ["hireDate", "originalHireDate", "effectiveDate", "terminationDate", "lastDayOfWork", "lastDayWorked", "contractEndDate"].map((name) =>
    name.toLowerCase(),
  ),
);

const isWorker = (urn: string): boolean => WORKERS.includes(urn.toLowerCase());
export const isExtension = (name: string): boolean => /^urn:/i.test(name);

/** Whether an attribute of an extension is one of the dates. */
export const isDate = (urn: string, attribute: string): boolean => isWorker(urn) && DATES.has(attribute.toLowerCase());

/** Whether a partial change named a date. */
export const sendsDate = (sent: ReadonlySet<string>, attribute: string): boolean =>
  WORKERS.some((urn) => sent.has(urn) || sent.has(`${urn}:${attribute.toLowerCase()}`));

/** The value of a worker's attribute, by the first spelling that has one. */
export function workerValue(document: JsonObject, attribute: string): JsonValue | undefined {
  for (const [name, value] of Object.entries(document)) {
    if (!isWorker(name) || typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const worker = value as JsonObject;
    if (worker[attribute] !== undefined && worker[attribute] !== null && worker[attribute] !== "") return worker[attribute];
  }
  return undefined;
}

/** Those that take effect by themselves. */
export const EFFECTIVE_DATES = ["hireDate", "effectiveDate", "terminationDate", "lastDayOfWork", "lastDayWorked"] as const;

/** Whether a document has a date that schedules a change. */
export const hasDates = (document: JsonObject): boolean => EFFECTIVE_DATES.some((name) => workerValue(document, name) !== undefined);
