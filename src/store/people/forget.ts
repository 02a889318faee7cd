import type { JoinOrigin, JoinRefusal } from "../../persons/ports.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { isPerson, personOf } from "../references.ts";
import { tellJoin } from "./joins/join.ts";
import { lockPerson, type SettleDeps, settlePerson } from "./settle.ts";

const WHOSE: Statement = {
  name: "forget-whose",
  text: `select p.id, ${isPerson("p.id")} as known from (select ${personOf("$1::uuid")} as id) p`,
};

/** The answer has the names of the sources, ordered by name. */
const FORGET: Statement = {
  name: "forget-left",
  text: `with before as materialized (select p.id, p.left_sources from persons p where p.id = $1 and p.left_sources <> '{}'),
    forgotten as (update persons p set left_sources = '{}' from before b where p.id = b.id)
    select array(select s.name from sources s where s.id = any(b.left_sources) order by s.name) as sources from before b`,
};

/**
 * Forgets that sources have deleted their records of a person, so that the deletions no longer count. `id`:
 * id of the person or of a record.
 */
export async function forgetDeletions(
  db: Queryable,
  deps: SettleDeps,
  id: string,
  origin: JoinOrigin,
): Promise<readonly string[] | JoinRefusal> {
  const [{ id: personId, known }] = (await run<{ id: string; known: boolean }>(db, WHOSE, [id])) as [
    { id: string; known: boolean },
  ];
  if (!known) return "gone";
  await lockPerson(db, personId);
  const [left] = await run<{ sources: readonly string[] }>(db, FORGET, [personId]);
  if (!left) return "nobodyLeft";
  const by = { ...origin, detail: { ...origin.detail, sources: [...left.sources] } };
  const about = { recordId: personId, personId, matched: [], marks: [personId] };
  const event = await tellJoin(db, deps, { code: "record.forgotten", ...about }, by);
  await settlePerson(db, personId, deps, { ...origin, causes: [event] });
  return [];
}
