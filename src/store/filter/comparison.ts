import { unreachable } from "../../core/errors.ts";
import { fold } from "../../core/text/fold.ts";
import { type CompareOperator, isFalseByDefault, type QueryAttribute } from "../../filter/ast.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import { folded } from "../postgres/folded.ts";
import type { Parameters } from "../postgres/parameters.ts";

/*
 * A value in SQL, and its comparisons with a literal. A condition that is NULL counts as not true. AND and OR
 * keep this meaning. A negation is always written as `(…) is not true`.
 */

export interface SqlValue {
  readonly kind: "text" | "number" | "boolean" | "instant";
  /**
   * SQL for the compared form, which is folded unless the attribute is caseExact. NULL: there is no value.
   */
  readonly sql: string;
  /** SQL that is true if there is a value. An empty string is not a value (RFC 7644 table 3, `pr`). */
  readonly present: string;
  /** The same for comparisons, if these see a value where there is none (filter/ast.ts). */
  readonly compared?: string;
}

/** A value in a document. `json` and `text` are SQL for the same value as JSON (`#>`) and as text (`#>>`). */
export function documentValue(attribute: QueryAttribute, json: string, text: string): SqlValue {
  const present = `${text} <> ''`;
  switch (attribute.type) {
    case "string":
    case "reference":
      return { kind: "text", sql: attribute.caseExact ? exact(text) : folded(text), present };
    case "binary":
      return { kind: "text", sql: exact(text), present };
    case "boolean": {
      if (!isFalseByDefault(attribute)) return { kind: "boolean", sql: truth(`(${json})::text`), present };
      const given = `coalesce(nullif((${json})::text, 'null'), 'false')`;
      return { kind: "boolean", sql: truth(given), present, compared: `${given} <> '""'` };
    }
    case "integer":
    case "decimal":
      return {
        kind: "number",
        sql: `case when json_typeof(${json}) = 'number' then (${text})::numeric end`,
        present,
      };
    case "dateTime":
      return { kind: "instant", sql: instant(text), present };
    case "complex":
      throw new InvalidFilter(`filter: ${attribute.name} cannot be compared`);
    default:
      return unreachable(attribute.type);
  }
}

const truth = (json: string): string => `case ${json} when 'true' then true when 'false' then false end`;

const exact = (text: string): string => `(${text}) collate "C"`;

const DAY =
  "((?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))" +
  "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";
const TIME = "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?";
const ZONE = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])";

/**
 * The expressions accept only dates of the calendar, so the cast never fails. Digits after the millisecond
 * are cut off before the cast, because the cast would round them.
 */
const instant = (text: string): string => {
  const cut = `regexp_replace(${text}, '(\\.[0-9]{3})[0-9]+', '\\1')`;
  return (
    `(case when ${text} ~ '^${DAY}${TIME}${ZONE}$' then ${cut}::timestamptz` +
    ` when ${text} ~ '^${DAY}(${TIME})?$' then ${cut}::timestamp at time zone 'UTC' end)`
  );
};

/**
 * `ne` is not allowed here: it is a negation, and its meaning depends on the number of values
 * (filter/ast.ts). Throws InvalidFilter.
 */
export function compare(
  value: SqlValue,
  operator: Exclude<CompareOperator, "ne">,
  attribute: QueryAttribute,
  literal: string | number | boolean,
  parameters: Parameters,
): string {
  if (value.kind === "text") {
    const wanted = attribute.caseExact ? String(literal) : fold(String(literal));
    return wanted === ""
      ? compareWithEmpty(value, operator)
      : compareText(value.sql, operator, parameters.add(wanted, "text"));
  }
  if (value.kind === "boolean") {
    if (operator !== "eq")
      throw new InvalidFilter(`filter: ${attribute.name} can only be compared with eq and ne`);
    return literal === true ? `(${value.sql})` : `(not ${value.sql})`;
  }
  if (!isOrder(operator))
    throw new InvalidFilter(`filter: ${attribute.name} is not a text, so co, sw and ew cannot be used`);
  return `${value.sql} ${ORDER[operator]} ${parameters.add(literal, value.kind === "number" ? "numeric" : "timestamptz")}`;
}

const ORDER = { eq: "=", gt: ">", ge: ">=", lt: "<", le: "<=" } as const;
const isOrder = (operator: CompareOperator): operator is keyof typeof ORDER => operator in ORDER;

function compareText(text: string, operator: Exclude<CompareOperator, "ne">, wanted: string): string {
  switch (operator) {
    case "eq":
      return `${text} = ${wanted}`;
    case "gt":
    case "ge":
      return `${text} ${ORDER[operator]} ${wanted}`;
    case "lt":
    case "le":
      // An empty string sorts before all others but is not a value.
      return `(${text} ${ORDER[operator]} ${wanted} and ${text} <> '')`;
    // Not LIKE, because its wildcards would need escaping.
    case "co":
      return `strpos(${text}, ${wanted}) > 0`;
    case "sw":
      // An index can serve the first condition.
      return `(${text} >= ${wanted} and starts_with(${text}, ${wanted}))`;
    case "ew":
      return `right(${text}, length(${wanted})) = ${wanted}`;
    default:
      return unreachable(operator);
  }
}

/**
 * Comparison with the empty string. Every value contains it and sorts after it. No value equals it, because
 * an empty string is not a value. The SQL uses the value in every case, because PostgreSQL refuses parameters
 * that a statement does not use.
 */
const compareWithEmpty = (value: SqlValue, operator: Exclude<CompareOperator, "ne">): string =>
  operator === "eq" || operator === "lt" || operator === "le"
    ? `(${value.present} and false)`
    : value.present;
