import { digestOf } from "./position.ts";
import type { Statement } from "./postgres.ts";

/*
 * Statements made from filters. A name lets a connection parse and plan a text once, and keeps its plan for as long as the connection lives,
 * so names must stay few: each text of the hot matches has one (their number is fixed by the schema), other texts from their second use on and only
 * while there is room. A text without a name is planned each time.
 */

const ROOM = 64;
const REMEMBERED = 1_000;

export interface StatementNames {
  statement(text: string, hot: boolean): Statement;
}

export function createStatementNames(prefix: string): StatementNames {
  const named = new Map<string, Statement>();
  const seen = new Set<string>();
  let cold = 0;

  return {
    statement(text, hot) {
      const known = named.get(text);
      if (known) return known;
      if (!hot) {
        const again = seen.has(text);
        if (!again && seen.size < REMEMBERED) seen.add(text);
        if (!again || cold >= ROOM) return { name: "", text };
        cold += 1;
      }
      const statement = { name: `${prefix}-${digestOf(text)}`, text };
      named.set(text, statement);
      return statement;
    },
  };
}
