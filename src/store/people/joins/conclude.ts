import type { JoinOrigin } from "../../../persons/ports.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { markDue, PRIORITY, wakeUp } from "../../write-sql.ts";
import type { SettleDeps } from "../settle.ts";
import type { ComparedRecord } from "./compare.ts";
import { joinRecord, noteJoin, tellJoin } from "./join.ts";

/*
 * Carries out the result of a comparison: joins the record, proposes it, or withdraws proposals. The caller
 * must hold the locks of join-locks.ts.
 */

const statement = (name: string, text: string): Statement => ({ name: `joins-${name}`, text });

/**
 * The person to whom a found record belongs now. The row is locked, so that it cannot be joined with another
 * person before the transaction ends.
 */
const PERSON_NOW = statement(
  "person-now",
  "select coalesce(person_id, id) as person from users where id = $1 for share",
);
/** States of proposals for these two records. An undecided proposal in the other direction counts too. */
const KNOWN = statement(
  "known",
  `select state from person_joins where record_id = $1 and person_id = $2
   union all select $3 from person_joins where record_id = $2 and person_id = $1 and state in ('proposed', 'ambiguous')`,
);
/** Withdraws undecided proposals for people whom the record does not match any more. */
const WITHDRAW = statement(
  "withdraw-others",
  `delete from person_joins where record_id = $1 and person_id <> all($2::uuid[]) and state in ('proposed', 'ambiguous') returning person_id`,
);
/** Parameters: 1 record, 2 causes, 3 targets. */
const LOOK = statement(
  "look",
  `with marked as (${markDue(`(select 'user'::text as kind, $1::uuid as entity_id, ${PRIORITY.person}::smallint as priority, $2::uuid[] as causes) m`, "$3::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
export interface Searching {
  readonly joined: number;
  readonly proposed: number;
}

interface Concluding {
  readonly recordId: string;
  readonly compared: ComparedRecord;
  /** The record is being made. */
  readonly fresh?: boolean;
}

/**
 * Carries out the result of a comparison. The actor of the events is `system`, because the rules decide and
 * not the caller.
 */
export async function conclude(
  db: Queryable,
  deps: SettleDeps,
  { recordId, compared: { match }, fresh = false }: Concluding,
  asked: JoinOrigin,
): Promise<keyof Searching | undefined> {
  const origin: JoinOrigin = { ...asked, actor: "system" };
  const persons =
    match.kind === "nobody" ? [] : match.kind === "somebody" ? [match.personId] : match.personIds;
  const gone = await run<{ person_id: string }>(db, WITHDRAW, [recordId, persons]);
  if (match.kind === "nobody") {
    if (gone.length > 0) await run(db, LOOK, [recordId, origin.causes, deps.targets]);
    return undefined;
  }
  if (match.kind === "somebody" && match.certain) {
    const done = await joinRecord(
      db,
      deps,
      { recordId, personId: match.personId, matched: match.matched, fresh },
      origin,
    );
    if (typeof done !== "string") return "joined";
  }
  let news: keyof Searching | undefined;
  for (const found of persons) {
    const personId = (await run<{ person: string }>(db, PERSON_NOW, [found]))[0]?.person ?? found;
    const state = match.kind === "ambiguous" ? "ambiguous" : "proposed";
    const known = await run<{ state: string }>(db, KNOWN, [recordId, personId, state]);
    if (known.some((each) => each.state === state)) continue;
    await noteJoin(db, { recordId, personId, matched: match.matched, state }, origin);
    await tellJoin(
      db,
      deps,
      { code: "person.proposed", recordId, personId, matched: match.matched, marks: [recordId] },
      origin,
    );
    news = "proposed";
  }
  return news;
}
