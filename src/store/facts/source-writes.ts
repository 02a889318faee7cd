import { type Queryable, run, type Statement } from "../postgres/statement.ts";

/**
 * Names of the attributes that any source has written for a person since $2. Values taken over from the
 * target (actor `dingtalk`) do not count.
 */
const WRITTEN: Statement = {
  name: "facts-written-since",
  text: `select distinct unnest(h.attributes) as name from history h
    where h.subject = any(array(select u.id from users u where u.id = $1 or u.person_id = $1)) and h.subject_kind = 'user'
      and h.code in ('user.created', 'user.updated', 'user.activated', 'user.deactivated', 'record.created', 'record.updated') and h.actor <> 'dingtalk' and h.at > $2`,
};

export async function writtenSince(
  db: Queryable,
  personId: string,
  since: Date,
): Promise<ReadonlySet<string>> {
  return new Set((await run<{ name: string }>(db, WRITTEN, [personId, since])).map(({ name }) => name));
}
