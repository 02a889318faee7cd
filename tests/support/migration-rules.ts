import { readMigrations } from "../../src/database/migration-files.ts";

/*
 * Rules for migrations. During an update, processes of the previous version use the new schema while clients
 * write. So a migration must not remove or redefine what these processes use, refuse what they write, or
 * block writers. CONTRIBUTING.md describes the alternatives.
 */

export interface Breach {
  readonly rule: RuleName;
  readonly statement: string;
}

export type RuleName =
  | "removes what the previous version uses"
  | "renames what the previous version uses"
  | "changes a type"
  | "refuses what the previous version writes"
  | "blocks writers"
  | "ends its transaction";

/** Tables with at least one row for each person or change. Statements that read all rows take long. */
const LARGE = ["users", "group_members", "history", "entity_states", "links", "person_departments"] as const;

/**
 * Breaches of the rules by the statements of a migration. Tables that the migration itself creates have no
 * rules.
 */
export function breachesOf(sql: string): readonly Breach[] {
  const statements = statementsOf(sql);
  const made = new Set(
    statements.flatMap(
      (statement) => /^create (?:unlogged )?table (?:if not exists )?([\w.]+)/.exec(statement)?.[1] ?? [],
    ),
  );
  const isConcurrent = statements.some((statement) => / index concurrently /.test(statement));
  return statements.flatMap((statement) => [
    ...(isConcurrent &&
    !/^(drop index concurrently if exists|create (unique )?index concurrently) /.test(statement)
      ? [{ rule: "blocks writers" as const, statement }]
      : []),
    ...partsOf(statement, made).flatMap((part) =>
      RULES.filter(({ when }) => when(part)).map(({ rule }) => ({ rule, statement })),
    ),
  ]);
}

interface Part {
  /** One action on one table, such as `add column n int` or `create index …`. */
  readonly action: string;
  /** The table, if it existed before the migration. */
  readonly table: string | undefined;
}

const isLarge = ({ table }: Part): boolean => (LARGE as readonly (string | undefined)[]).includes(table);

const RULES: readonly { readonly rule: RuleName; when(part: Part): boolean }[] = [
  {
    rule: "removes what the previous version uses",
    when: ({ action, table }) =>
      /^drop (table|view|function|type|sequence|schema|trigger|materialized)\b/.test(action) ||
      (table !== undefined &&
        /^drop (column )?(?!constraint|index|default|not null|expression|identity)/.test(action) &&
        !/^drop index/.test(action)),
  },
  {
    rule: "renames what the previous version uses",
    when: ({ action, table }) => table !== undefined && /^(rename|set schema)\b/.test(action),
  },
  {
    rule: "changes a type",
    when: ({ action, table }) =>
      table !== undefined && /^alter (column )?\S+ (set data )?type\b/.test(action),
  },
  {
    rule: "refuses what the previous version writes",
    when: ({ action, table }) =>
      table !== undefined &&
      ((/^add (column )?(if not exists )?(?!constraint)\S+ .*\bnot null\b/.test(action) &&
        !/\b(default|generated)\b/.test(action)) ||
        /^alter (column )?\S+ (set not null|drop default)\b/.test(action) ||
        /^add (constraint \S+ )?(check|unique|foreign key|primary key|exclude)\b/.test(action) ||
        /^create unique index\b/.test(action)),
  },
  {
    rule: "blocks writers",
    when: (part) =>
      (isLarge(part) &&
        (/^(create (unique )?index (?!concurrently)|update|delete from|cluster|reindex)\b/.test(
          part.action,
        ) ||
          // PostgreSQL rewrites every row, because the value differs from row to row.
          /^add .*\bdefault (gen_random_uuid|clock_timestamp|random|nextval)\b/.test(part.action) ||
          /^add .*\bgenerated always as\b/.test(part.action))) ||
      /^(lock|truncate|vacuum full)\b/.test(part.action),
  },
  { rule: "ends its transaction", when: ({ action }) => /^(commit|rollback|begin)\b/.test(action) },
];

/** The actions of a statement. An `alter table` may have several. */
function partsOf(statement: string, made: ReadonlySet<string>): readonly Part[] {
  const altered = /^alter table (?:if exists )?(?:only )?([\w.]+) (.*)$/.exec(statement);
  if (altered) {
    const [, table = "", actions = ""] = altered;
    return outsideBrackets(actions, ",").map((action) => ({
      action,
      table: made.has(table) ? undefined : table,
    }));
  }
  const table =
    /^create (?:unique )?index (?:concurrently )?(?:if not exists )?[\w.]+ on (?:only )?([\w.]+)/.exec(
      statement,
    )?.[1] ?? /^(?:update|delete from|cluster|reindex table) (?:only )?([\w.]+)/.exec(statement)?.[1];
  return [{ action: statement, table: table === undefined || made.has(table) ? undefined : table }];
}

/** The statements in lower case, one line each, without comments, function bodies and string values. */
function statementsOf(sql: string): readonly string[] {
  const bare = sql
    .replace(/(\$\w*\$)[\s\S]*?\1/g, "''")
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/--.*$/gm, "")
    .replace(/\/\*[\s\S]*?\*\//g, "");
  return bare
    .split(";")
    .map((statement) => statement.replace(/\s+/g, " ").trim().toLowerCase())
    .filter((statement) => statement !== "");
}

function outsideBrackets(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [depth, part] = [0, ""];
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === separator && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += character;
  }
  return [...parts, part.trim()];
}

/** Breaches by migration of `directory`, from the migration `first` on. */
export const breachesSince = (
  directory: string,
  first: string,
): Readonly<Record<string, readonly Breach[]>> =>
  Object.fromEntries(
    readMigrations(directory)
      .filter(({ name }) => name >= first)
      .map(({ name, sql }) => [name, breachesOf(sql)] as const)
      .filter(([, breaches]) => breaches.length > 0),
  );
