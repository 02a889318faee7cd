import { readMigrations } from "../../src/database/migration-files.ts";

/*
 * What a migration may not do, because processes of the version before run on its schema while clients write: take away or redefine what they read or write, refuse
 * what they write, or keep writers waiting. CONTRIBUTING.md says how it is done instead.
 */

export interface Breach {
  readonly rule: RuleName;
  readonly statement: string;
}

export type RuleName =
  | "removes what the version before uses"
  | "renames what the version before uses"
  | "changes a type"
  | "refuses what the version before writes"
  | "keeps writers waiting"
  | "ends its transaction";

/** With one row for each person, change or more: whatever looks at all of them takes long. */
const LARGE = ["users", "group_members", "history", "entity_states", "links", "person_departments"] as const;

/** Of a statement that touches a table which is there already; `made` are those that the migration makes itself, and it may do with them what it likes. */
export function breachesOf(sql: string): readonly Breach[] {
  const statements = statementsOf(sql);
  const made = new Set(
    statements.flatMap((statement) => /^create (?:unlogged )?table (?:if not exists )?([\w.]+)/.exec(statement)?.[1] ?? []),
  );
  const isConcurrent = statements.some((statement) => / index concurrently /.test(statement));
  return statements.flatMap((statement) => [
    ...(isConcurrent && !/^(drop index concurrently if exists|create (unique )?index concurrently) /.test(statement)
      ? [{ rule: "keeps writers waiting" as const, statement }]
      : []),
    ...partsOf(statement, made).flatMap((part) => RULES.filter(({ when }) => when(part)).map(({ rule }) => ({ rule, statement }))),
  ]);
}

interface Part {
  /** `add column n int`, `create index …`: one action on one table. */
  readonly action: string;
  /** Undefined: no table that was there before. */
  readonly table: string | undefined;
}

const isLarge = ({ table }: Part): boolean => (LARGE as readonly (string | undefined)[]).includes(table);

const RULES: readonly { readonly rule: RuleName; when(part: Part): boolean }[] = [
  {
    rule: "removes what the version before uses",
    when: ({ action, table }) =>
      /^drop (table|view|function|type|sequence|schema|trigger|materialized)\b/.test(action) ||
      (table !== undefined &&
        /^drop (column )?(?!constraint|index|default|not null|expression|identity)/.test(action) &&
        !/^drop index/.test(action)),
  },
  {
    rule: "renames what the version before uses",
    when: ({ action, table }) => table !== undefined && /^(rename|set schema)\b/.test(action),
  },
  { rule: "changes a type", when: ({ action, table }) => table !== undefined && /^alter (column )?\S+ (set data )?type\b/.test(action) },
  {
    rule: "refuses what the version before writes",
    when: ({ action, table }) =>
      table !== undefined &&
      ((/^add (column )?(if not exists )?(?!constraint)\S+ .*\bnot null\b/.test(action) && !/\b(default|generated)\b/.test(action)) ||
        /^alter (column )?\S+ (set not null|drop default)\b/.test(action) ||
        /^add (constraint \S+ )?(check|unique|foreign key|primary key|exclude)\b/.test(action) ||
        /^create unique index\b/.test(action)),
  },
  {
    rule: "keeps writers waiting",
    when: (part) =>
      (isLarge(part) &&
        (/^(create (unique )?index (?!concurrently)|update|delete from|cluster|reindex)\b/.test(part.action) ||
          // Each row is written anew, as the value differs from row to row.
          /^add .*\bdefault (gen_random_uuid|clock_timestamp|random|nextval)\b/.test(part.action) ||
          /^add .*\bgenerated always as\b/.test(part.action))) ||
      /^(lock|truncate|vacuum full)\b/.test(part.action),
  },
  { rule: "ends its transaction", when: ({ action }) => /^(commit|rollback|begin)\b/.test(action) },
];

/** An `alter table` has several actions. */
function partsOf(statement: string, made: ReadonlySet<string>): readonly Part[] {
  const altered = /^alter table (?:if exists )?(?:only )?([\w.]+) (.*)$/.exec(statement);
  if (altered) {
    const [, table = "", actions = ""] = altered;
    return outsideBrackets(actions, ",").map((action) => ({ action, table: made.has(table) ? undefined : table }));
  }
  const table =
    /^create (?:unique )?index (?:concurrently )?(?:if not exists )?[\w.]+ on (?:only )?([\w.]+)/.exec(statement)?.[1] ??
    /^(?:update|delete from|cluster|reindex table) (?:only )?([\w.]+)/.exec(statement)?.[1];
  return [{ action: statement, table: table === undefined || made.has(table) ? undefined : table }];
}

/** In lower case, without comments, each on one line; bodies of functions and texts are left out. */
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

/** What each migration of `directory` does against the rules, from the first one that is held to them. */
export const breachesSince = (directory: string, first: string): Readonly<Record<string, readonly Breach[]>> =>
  Object.fromEntries(
    readMigrations(directory)
      .filter(({ name }) => name >= first)
      .map(({ name, sql }) => [name, breachesOf(sql)] as const)
      .filter(([, breaches]) => breaches.length > 0),
  );
