import type { Statement } from "../postgres/statement.ts";
import { digestOf } from "./page-cursor.ts";

/*
 * Names for statements made from filters. A name lets a connection parse and plan a text once, and costs memory in every connection for as long as it
 * lives. So only the matches clients make all the time have one: their texts differ by attribute, never by value, and are as few as the schema has
 * attributes with an index. Everything else is planned for its own values each time, which it needs: how far an index helps
 * `meta.lastModified gt "…"` depends on the date.
 */

export type NamedStatements = (text: string, hot: boolean) => Statement;

export function nameStatements(prefix: string): NamedStatements {
  const named = new Map<string, Statement>();

  return (text, hot) => {
    if (!hot) return { name: "", text };
    let statement = named.get(text);
    if (!statement) {
      statement = { name: `${prefix}-${digestOf(text)}`, text };
      named.set(text, statement);
    }
    return statement;
  };
}
