import type { JsonValue } from "../core/entity.ts";
import { fold } from "../core/text/fold.ts";
import { isReadable } from "../schedule/days.ts";
import type { Field, FieldReaders } from "./columns.ts";
import type { Row } from "./row.ts";

/** A person in a row. A field without a column is not in `values`, and the directory's value stays. */
export interface PersonRecord {
  readonly at: number;
  /**
   * The identifier of the person, stored as `externalId`: the external id, otherwise the employee number,
   * otherwise the user name.
   */
  readonly key: string;
  readonly userName: string;
  readonly active: boolean;
  /** Trimmed texts. Empty: the file has no value. */
  readonly values: Readonly<Partial<Record<Field, string>>>;
  /** Names or paths of departments. Undefined: the file has no such column. */
  readonly departments?: readonly string[];
}

export type RecordResult =
  | { readonly kind: "person"; readonly person: PersonRecord }
  | { readonly kind: "problem"; readonly text: string };

/** Pure. A problem names the field and the correction, and never repeats a value. */
export function personRecord(row: Row, readers: FieldReaders): RecordResult {
  const values: Partial<Record<Field, string>> = {};
  for (const [field, read] of readers) {
    const text = textOf(field, read(row.values));
    if (text === undefined) return problem(`nothing can be made of the value for ${field}`);
    if (ROUNDED.test(text))
      return problem(
        `${field} was turned into a rounded number by a spreadsheet program: format the column as text`,
      );
    if (DATES.has(field) && !isReadable(text))
      return problem(`${field} is no date that can only be read one way: write it as 2026-12-31`);
    values[field] = text;
  }
  const key = values.externalId || values.employeeNumber || fold(values.userName ?? "");
  if (key === "")
    return problem("there is no external id, employee number or user name to find the person again by");
  if (!values.displayName && !values.givenName && !values.familyName) return problem("there is no name");
  const active = activeOf(values);
  if (active === undefined)
    return problem(
      "active is none of yes, no, true, false, 1, 0, active, inactive, terminated, 在职, 离职, 在職, 離職",
    );
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
  if (Array.isArray(value) && field === "departments" && value.every((name) => typeof name === "string"))
    return value.join("\n");
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** 13800138000 from a narrow column of numbers, saved as CSV. */
const ROUNDED = /^\d(?:[.,]\d+)?E\+\d+$/i;

const YES: ReadonlySet<string> = new Set([
  "",
  "yes",
  "y",
  "true",
  "1",
  "active",
  "on leave",
  "employed",
  "在职",
  "在職",
  "是",
]);
const NO: ReadonlySet<string> = new Set([
  "no",
  "n",
  "false",
  "0",
  "inactive",
  "terminated",
  "left",
  "离职",
  "離職",
  "否",
]);

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
