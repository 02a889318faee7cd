import type pg from "pg";
import type { EntityKind } from "../../../core/entity.ts";
import type { AskedValue, Holder } from "../../../reconcile/holders.ts";
import type { ReconcileStore } from "../../../reconcile/ports.ts";
import type { Refusals } from "../../../reconcile/run/plan/refusal.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import { isActivePerson, personWith } from "../../references.ts";
import type { EventValues, Vault } from "../../vault.ts";
import { WAITING_ON } from "../../waiting.ts";
import { isFree } from "./requeue.ts";

/* Which entity has a value at the target that another entity needs, and which entities ask for a value. */

const BY_REMOTE_ID: Statement = {
  name: "holder-by-remote-id",
  text: "select l.entity_id as id from links l where l.target = $1 and l.kind = $2 and l.remote_id = $3 limit 1",
};

/**
 * Finds the holder by the stored observations of all others. If there is none, it returns runs that are
 * sending the attribute now: their end is not recorded yet, and their event has the value encrypted. Both
 * parts use one snapshot, so no holder is missed between them. There is no index: it would make each run
 * slower, and this statement is needed only after a refusal that does not name the holder. A search in the
 * JSON text comes before its parsing, because it is faster: 0.2 s for 100,000 people on a busy machine.
 */
const BY_VALUE: Statement = {
  name: "holder-by-value",
  text: `with seen as (
    select l.entity_id as id from links l
     where l.target = $1 and l.kind = $2 and l.entity_id <> $3 and strpos(lower(l.attributes::text), lower($5)) > 0
       and lower(l.attributes->>$4) = lower($6) limit 1)
  select id, null::uuid as event, null::bytea as sealed, null::bytea as wrapped from seen
  union all
  select s.entity_id, h.id, h.sealed, k.wrapped
    from entity_states s join history h on h.id = s.intent join subject_keys k on k.subject = s.entity_id
   where s.target = $1 and s.state in ('due', 'waiting') and s.intent is not null and s.kind = $2 and s.entity_id <> $3
     and h.sealed is not null and $4 = any(h.attributes) and not exists (select from seen)`,
};

interface SendingRow extends pg.QueryResultRow {
  readonly id: string;
  readonly event: string | null;
  readonly sealed: Buffer | null;
  readonly wrapped: Buffer | null;
}

/**
 * What the holder of a value is expected to do. `awaited` has the entities that the holder waits for,
 * directly or through others, at most 20 deep; the asking entity may be among them. A holder that waits only
 * for another attribute keeps the value, because it wants the value itself. Otherwise two holders that each
 * have a value of the other would wait for each other.
 */
const EXPECTED: Statement = {
  name: "holder-expected",
  text: `with recursive held as (
     select l.entity_id as id, s.state, s.waiting_on, s.notes, u.active, l.kind = 'user' and u.id is null and s.state = 'inSync' as in_grace,
       s.refused->$5->>'value' <> $6 and s.refused->$5->'letGo' is null as spare,
       s.state = 'waiting' and s.refused is not null and s.refused->$5 is null as settled,
       ${isFree("$5", "$6")} as free
      from links l left join entity_states s on s.target = l.target and s.kind = l.kind and s.entity_id = l.entity_id
        left join ${personWith("l.entity_id", "l.kind = 'user'")} u on true
      where l.target = $1 and l.kind = $2 and l.entity_id = $3),
   noted as (select exists (select 1 from held, json_array_elements(held.notes) n where n->>'attribute' = $5) as here),
   awaited(id, depth) as (
     select unnest(waiting_on), 1 from held
     union
     select unnest(s.waiting_on), a.depth + 1 from awaited a join entity_states s on s.target = $1 and s.kind = $2 and s.entity_id = a.id where a.depth < 20)
   select id, case when free then 'free'
                   when (not active and state in ('inSync', 'due', 'waiting') or in_grace)
                     and ${isActivePerson("$4::uuid")} then 'yields'
                   when spare and state = 'inSync' and ($2 <> 'user' or ${isActivePerson("$4::uuid")}) then 'spares'
                   when settled then 'stays'
                   when exists (select 1 from awaited a where a.id = $4::uuid) then case when noted.here then 'stays' else 'circle' end
                   when state in ('due', 'waiting') then 'moves'
                   else 'stays' end as expect
     from held, noted`,
};

const ASKED: Statement = {
  name: "holder-asked",
  text: `select s.entity_id as id, s.refused,
      exists (select 1 from links l where l.target = $1 and l.kind = 'user' and l.entity_id = s.entity_id and l.status = 'owned') as present
    from entity_states s join ${personWith("s.entity_id")} u on u.active
   where ${WAITING_ON("array[$2::uuid]")} and s.kind = 'user' and s.refused is not null`,
};

const REFUSED: Statement = {
  name: "holder-refused",
  text: "select s.refused from entity_states s where s.target = $1 and s.kind = $2 and s.entity_id = $3 and s.refused is not null",
};

interface AskedRow extends pg.QueryResultRow {
  id: string;
  refused: string;
  present: boolean;
}

export function createHolders(
  pool: Pool,
  target: string,
  vault: Vault,
): Pick<ReconcileStore, "holder" | "asked" | "refused"> {
  const found = async (statement: Statement, values: unknown[]): Promise<string | undefined> =>
    (await run<{ id: string }>(pool, statement, [target, ...values]))[0]?.id;

  async function byValue(
    kind: EntityKind,
    id: string,
    attribute: string,
    text: string,
  ): Promise<string | undefined> {
    if (text === "") return undefined;
    const rows = await run<SendingRow>(pool, BY_VALUE, [
      target,
      kind,
      id,
      attribute,
      JSON.stringify(text).slice(1, -1),
      text,
    ]);
    return rows.find((row) => row.event === null || isSending(row, attribute, text))?.id;
  }

  function isSending({ id, event, sealed, wrapped }: SendingRow, attribute: string, text: string): boolean {
    if (event === null || sealed === null) return false;
    const values = vault.open({ subject: id, about: event, sealed, wrapped }) as EventValues | undefined;
    const after = values?.changes?.[attribute]?.after;
    // Text in the form of `->>`.
    return (
      after !== undefined &&
      (typeof after === "string" ? after : JSON.stringify(after)).toLowerCase() === text.toLowerCase()
    );
  }

  return {
    async holder({ kind, id }, { attribute, value, remoteId, entityId }) {
      const text = value === null ? "" : String(value);
      const holder =
        entityId ??
        (remoteId === undefined
          ? await byValue(kind, id, attribute, text)
          : await found(BY_REMOTE_ID, [kind, remoteId]));
      if (holder === undefined) return undefined;
      const [row] = await run<Holder & pg.QueryResultRow>(pool, EXPECTED, [
        target,
        kind,
        holder,
        id,
        attribute,
        text,
      ]);
      return row && { id: row.id, expect: row.expect };
    },

    async refused({ kind, id }) {
      const [row] = await run<{ refused: string }>(pool, REFUSED, [target, kind, id]);
      return row && (JSON.parse(row.refused) as Refusals);
    },

    async asked(personId) {
      const rows = await run<AskedRow>(pool, ASKED, [target, personId]);
      return rows.flatMap(({ id, refused, present }) =>
        Object.entries(JSON.parse(refused) as Refusals)
          .filter(([, { holder }]) => holder === personId)
          .map(([attribute, { value }]): AskedValue => ({ attribute, value, by: id, present })),
      );
    },
  };
}
