import type pg from "pg";
import type { PersonUpkeep } from "../../persons/keep.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { type SettleDeps, settlePerson } from "./settle.ts";

const SLICE = 200;

const OLD: Statement = {
  name: "persons-old",
  text: `select p.id from persons p where p.rules is distinct from $1 order by p.id limit ${SLICE}`,
};

export const createPersonUpkeep = (pool: pg.Pool, deps: SettleDeps): PersonUpkeep => ({
  async renew(origin) {
    const rows = await run<{ id: string }>(pool, OLD, [deps.rules.version]);
    for (const { id } of rows) await inTransaction(pool, (db) => settlePerson(db, id, deps, origin));
    return rows.length;
  },
});
