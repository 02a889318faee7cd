import type { Statement } from "../../postgres/statement.ts";
import { digestOf } from "./page-cursor.ts";

/*
 * Names for statements that are made from filters. With a name, a connection parses and plans a text once.
 * The prepared statement uses memory of every connection. So only the frequent queries of clients have a
 * name. Their texts differ by attribute and not by value, so there are as many as attributes with an index.
 * All other statements are planned again for their values, which they need: whether an index helps
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
