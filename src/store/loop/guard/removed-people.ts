import type { Ask } from "../../../reconcile/guard/guard.ts";
import { KEPT_DAYS } from "../../../reconcile/guard/put-back.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";

/*
 * Copies of the values that people had at the target before their removal. A copy is stored with the intent,
 * before the call: if the call gets no answer, the values cannot be read any more.
 */

const KEEP: Statement = {
  name: "removed-keep",
  text: `insert into removed_people as r (target, entity_id, remote_id, attributes, counted)
    select $1, k.id, k.remote_id, k.attributes, k.counted from json_to_recordset($2::json) as k(id uuid, remote_id text, attributes json, counted boolean)
    where not exists (select from erasures e where e.subject = k.id)
    order by k.id
    on conflict (target, entity_id) do update set remote_id = excluded.remote_id, attributes = excluded.attributes, counted = excluded.counted,
      restoring = false, at = now()`,
};

/** Stores the copies for removals that begin. Nothing is stored for erased people. */
export async function keepRemoved(db: Queryable, target: string, asks: readonly Ask[]): Promise<void> {
  const rows = asks.flatMap(({ claim, removes, spendings }) =>
    removes
      ? [
          {
            id: claim.ref.id,
            remote_id: removes.remoteId,
            attributes: removes.attributes,
            counted: spendings.length > 0,
          },
        ]
      : [],
  );
  if (rows.length > 0) await run(db, KEEP, [target, JSON.stringify(rows)]);
}

const PUT_BACK: Statement = {
  name: "removed-put-back",
  text: "update removed_people set attributes = null, restoring = false where target = $1 and entity_id = any($2::uuid[]) and restoring",
};

/** Removes the copied values after they were put back. */
export async function wasPutBack(db: Queryable, target: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await run(db, PUT_BACK, [target, ids]);
}

const FORGET: Statement = {
  name: "removed-forget",
  text: `delete from removed_people where target = $1 and at < now() - ${KEPT_DAYS} * interval '1 day'`,
};

/** Removes copies that are older than KEPT_DAYS. A worker calls it periodically. */
export async function forgetRemoved(db: Queryable, target: string): Promise<void> {
  await run(db, FORGET, [target]);
}
