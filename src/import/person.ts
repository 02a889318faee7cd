import type { JsonObject, JsonValue } from "../core/entity.ts";
import { fold } from "../core/text/fold.ts";
import type { UserContent } from "../directory/user.ts";
import { isReadable } from "../schedule/days.ts";
import { checkedBody } from "../scim/json.ts";
import { readUser } from "../scim/resource/resource.ts";
import { ENTERPRISE_SCHEMA } from "../scim/schema/enterprise.ts";
import { WORKDAY_SCHEMA } from "../scim/schema/workday.ts";
import type { Field, FieldReaders } from "./columns.ts";
import type { Row } from "./row.ts";

/** A person in a row. A field without a column is not in `values`, and the directory's value stays. */
export interface PersonRecord {
  readonly at: number;
  /** The identifier of the person, stored as `externalId`: the external id, otherwise the employee number, otherwise the user name. */
  readonly key: string;
  readonly userName: string;
  readonly active: boolean;
  /** Trimmed texts. Empty: the file has no value. */
  readonly values: Readonly<Partial<Record<Field, string>>>;
  /** Names or paths of departments. Undefined: the file has no such column. */
  readonly departments?: readonly string[];
}

export type RecordResult = { readonly kind: "person"; readonly person: PersonRecord } | { readonly kind: "problem"; readonly text: string };

/** Pure. A problem names the field and the correction, and never repeats a value. */
export function personRecord(row: Row, readers: FieldReaders): RecordResult {
  const values: Partial<Record<Field, string>> = {};
  for (const [field, read] of readers) {
    const text = textOf(field, read(row.values));
    if (text === undefined) return problem(`nothing can be made of the value for ${field}`);
    if (ROUNDED.test(text)) return problem(`${field} was turned into a rounded number by a spreadsheet program: format the column as text`);
    if (DATES.has(field) && !isReadable(text)) return problem(`${field} is no date that can only be read one way: write it as 2026-12-31`);
    values[field] = text;
  }
  const key = values.externalId || values.employeeNumber || fold(values.userName ?? "");
  if (key === "") return problem("there is no external id, employee number or user name to find the person again by");
  if (!values.displayName && !values.givenName && !values.familyName) return problem("there is no name");
  const active = activeOf(values);
  if (active === undefined)
    return problem("active is none of yes, no, true, false, 1, 0, active, inactive, terminated, 在职, 离职, 在職, 離職");
  return {
    kind: "person",
    person: {
      at: row.at,
      key,
      userName: values.userName || values.email || key,
      active,
      values,
      ...(values.departments === undefined ? {} : { departments: departmentsIn(values.departments) }),
    },
  };
}

const DATES: ReadonlySet<Field> = new Set(["hireDate", "terminationDate", "lastDayOfWork"]);

const problem = (text: string): RecordResult => ({ kind: "problem", text });

/** Departments may be a list. */
function textOf(field: Field, value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return "";
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value) && field === "departments" && value.every((name) => typeof name === "string")) return value.join("\n");
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** 13800138000 from a narrow column of numbers, saved as CSV. */
const ROUNDED = /^\d(?:[.,]\d+)?E\+\d+$/i;

const YES: ReadonlySet<string> = new Set(["", "yes", "y", "true", "1", "active", "on leave", "employed", "在职", "在職", "是"]);
const NO: ReadonlySet<string> = new Set(["no", "n", "false", "0", "inactive", "terminated", "left", "离职", "離職", "否"]);

function activeOf({ active = "" }: PersonRecord["values"]): boolean | undefined {
  const word = fold(active);
  if (YES.has(word)) return true;
  return NO.has(word) ? false : undefined;
}

const departmentsIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[;；|\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** The content of the person: the directory's values, replaced by those of the record. Rejects as SCIM does (scim/errors.ts), with the name of the attribute. */
export function contentOf({ key, userName, active, values }: PersonRecord, current: JsonObject = {}): UserContent {
  const { schemas: _, ...kept } = current;
  const document: Record<string, JsonValue> = { ...kept, externalId: key, userName, active };
  put(document, "displayName", values.displayName);
  put(document, "title", values.title);
  const name: Record<string, JsonValue> = { ...(current["name"] as JsonObject | undefined) };
  put(name, "givenName", values.givenName);
  put(name, "familyName", values.familyName);
  document["name"] = name;
  document["emails"] = withTyped(current["emails"], "work", values.email);
  document["phoneNumbers"] = withTyped(withTyped(current["phoneNumbers"], "mobile", values.mobile), "work", values.telephone);
  const enterprise: Record<string, JsonValue> = { ...(current[ENTERPRISE_SCHEMA] as JsonObject | undefined) };
  put(enterprise, "employeeNumber", values.employeeNumber);
  put(enterprise, "costCenter", values.costCenter);
  if (values.manager === "") delete enterprise["manager"];
  else if (values.manager !== undefined && values.manager !== (enterprise["manager"] as JsonObject | undefined)?.["value"])
    enterprise["manager"] = { value: values.manager };
  document[ENTERPRISE_SCHEMA] = enterprise;
  const worker: Record<string, JsonValue> = { ...(current[WORKDAY_SCHEMA] as JsonObject | undefined) };
  for (const field of ["location", "hireDate", "terminationDate", "lastDayOfWork"] as const) put(worker, field, values[field]);
  document[WORKDAY_SCHEMA] = worker;
  for (const [attribute, value] of Object.entries(document)) if (isNothing(value)) delete document[attribute];
  return readUser(checkedBody(document), current);
}

function put(holder: Record<string, JsonValue>, name: string, text: string | undefined): void {
  if (text === undefined) return;
  if (text === "") delete holder[name];
  else holder[name] = text;
}

const isNothing = (value: JsonValue | undefined): boolean =>
  value === undefined ||
  (Array.isArray(value) ? value.length === 0 : typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** The list with one value of this type. The others stay. */
function withTyped(list: JsonValue | undefined, type: string, text: string | undefined): JsonValue {
  const entries = (Array.isArray(list) ? list : []) as readonly JsonObject[];
  if (text === undefined) return entries;
  const others = entries.filter((entry) => entry["type"] !== type);
  if (text === "") return others;
  const own = entries.find((entry) => entry["type"] === type);
  return own
    ? entries.filter((entry) => entry["type"] !== type || entry === own).map((entry) => (entry === own ? { ...own, value: text } : entry))
    : [...others, { type, value: text }];
}
