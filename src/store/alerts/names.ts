import type { AlertStore } from "../../alerts/ports.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { NAMES_OF_PERSON, personWith } from "../references.ts";

const NAME = `coalesce(${NAMES_OF_PERSON})`;
const STUCK: Statement = {
  name: "alerts-names-stuck",
  text: `select ${NAME} as name from (
      select entity_id from entity_states where target = $1 and reason_code = $2 and kind = 'user' and state <> 'inSync' order by entity_id limit $3) s
    join ${personWith("s.entity_id")} u on true order by 1`,
};
const HELD: Statement = {
  name: "alerts-names-held",
  text: `select ${NAME} as name from (
      select m.entity_id from hold_members m join holds h on h.id = m.hold_id
       where h.target = $1 and h.state = 'open' and h.limit_name = $2 and m.kind = 'user' order by m.entity_id limit $3) s
    join ${personWith("s.entity_id")} u on true order by 1`,
};

export const createNames =
  (pool: Pool, target: string): AlertStore["names"] =>
  async ({ kind, code, detail }, count) => {
    if (kind === "parked") return namesOf(await run<{ name: string }>(pool, STUCK, [target, code, count]));
    if (kind === "hold")
      return namesOf(await run<{ name: string }>(pool, HELD, [target, detail.limit ?? "", count]));
    return [];
  };

const namesOf = (rows: readonly { readonly name: string }[]): readonly string[] =>
  rows.map(({ name }) => name);
