import type pg from "pg";
import { namedSources, type SourceRules } from "../../mapping/sources.ts";
import type { PersonRecomputation } from "../../persons/keep.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { type SettleDeps, settlePerson } from "./settle.ts";
import { inPersonTransaction } from "./transaction.ts";

const SLICE = 200;

const OLD: Statement = {
  name: "persons-old",
  text: `select p.id from persons p where p.rules is distinct from $1 order by p.id limit ${SLICE}`,
};

const UNKNOWN: Statement = {
  name: "persons-unknown-sources",
  text: "select n.name from unnest($1::text[]) n(name) where not exists (select from sources s where s.name = n.name) order by n.name",
};

/**
 * Sources that the mapping names but that do not exist. A misspelt source would have no effect: it would have
 * no priority, or would not be isolated.
 */
export const unknownSources = async (pool: pg.Pool, rules: SourceRules): Promise<readonly string[]> =>
  (await run<{ name: string }>(pool, UNKNOWN, [namedSources(rules)])).map(({ name }) => name);

export const createPersonRecomputation = (pool: pg.Pool, deps: SettleDeps): PersonRecomputation => ({
  renew: async (origin) => {
    const rows = await run<{ id: string }>(pool, OLD, [deps.rules.version]);
    for (const { id } of rows) await inPersonTransaction(pool, (db) => settlePerson(db, id, deps, origin));
    return rows.length;
  },
});
