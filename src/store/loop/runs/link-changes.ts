import type { LinkedObject } from "../../../reconcile/ports.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { FORGOTTEN } from "../../write-sql.ts";
import { changeEachKind, type FinishedRun } from "./finished-runs.ts";

/* What ended runs change in the links of their own entities. */

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

/** Writes the links of a FROM item. */
export const putLinks = (links: string): string => `
  insert into links (target, kind, entity_id, remote_id, status, presence, attributes, containers, observed_at)
  select $1, l.kind, l.id, l.remote_id, 'owned', l.presence, l.attributes, l.containers, now() from ${links} l order by l.kind, l.id
  on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', presence = excluded.presence,
    attributes = excluded.attributes, unshown = null, containers = excluded.containers, observed_at = now(), invitation = null, fresh = false`;

const PUT_LINKS = statement(
  "put-links",
  putLinks(
    "(select * from json_to_recordset($2::json) as g(kind text, id uuid, remote_id text, presence text, attributes json, containers text[]))",
  ),
);
/** Stores an observation and leaves the rest of the link unchanged, such as `fresh`. */
const SEEN = statement(
  "seen",
  `update links l set presence = g.presence, attributes = g.attributes, unshown = null, containers = g.containers, observed_at = now()
     from json_to_recordset($3::json) as g(id uuid, remote_id text, presence text, attributes json, containers text[])
    where l.target = $1 and l.kind = $2 and l.entity_id = g.id and l.status = 'owned' and l.remote_id = g.remote_id and l.attributes is null`,
);
const FORGET_OBSERVATIONS = statement(
  "forget",
  `update links l set ${FORGOTTEN} where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])`,
);
const INVITED = statement(
  "invited",
  `update links l set invitation = n.invitation from json_to_recordset($2::json) as n(kind text, id uuid, invitation json)
    where l.target = $1 and l.kind = n.kind and l.entity_id = n.id and l.status = 'intended'`,
);
/**
 * A person who comes into a department was not its manager before, whatever the stored observation says.
 * REQUEUE_MANAGED_DEPARTMENTS wakes departments that name the person.
 */
const FORGET_MANAGED = statement(
  "forget-managed",
  `update links l set ${FORGOTTEN} from json_to_recordset($2::json) as n(department text, person text)
    where l.target = $1 and l.kind = 'department' and l.remote_id = n.department and (l.attributes->'managers')::jsonb ? n.person`,
);
/** The object was not found under its remote id. The next run searches for it by our own id. */
const MARK_INTENDED = statement(
  "doubt-links",
  `update links l set status = 'intended', ${FORGOTTEN}, presence = null, containers = '{}'
    where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])`,
);
const REMOVE_LINKS = statement(
  "remove-links",
  "delete from links l where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])",
);
export async function writeLinks(db: Queryable, target: string, runs: readonly FinishedRun[]): Promise<void> {
  const puts = runs.flatMap(({ claim, end: { link } }) =>
    link.kind === "put" ? [{ ...claim.ref, ...linkColumns(link) }] : [],
  );
  if (puts.length > 0) await run(db, PUT_LINKS, [target, JSON.stringify(puts)]);
  const seen = runs.flatMap(({ claim, end: { link } }) =>
    link.kind === "seen" ? [{ ...claim.ref, ...linkColumns(link) }] : [],
  );
  for (const kind of new Set(seen.map((each) => each.kind))) {
    await run(db, SEEN, [target, kind, JSON.stringify(seen.filter((each) => each.kind === kind))]);
  }
  const invited = runs.flatMap(({ claim, end: { link } }) =>
    link.kind === "invitation" ? [{ ...claim.ref, invitation: link.invitation }] : [],
  );
  if (invited.length > 0) await run(db, INVITED, [target, JSON.stringify(invited)]);
}

/** Deletes links and observations, after the statements that search by them. */
export async function forgetLinks(
  db: Queryable,
  target: string,
  runs: readonly FinishedRun[],
): Promise<void> {
  const change = changeEachKind(db, target, runs);
  await change(MARK_INTENDED, ({ end }) => end.link.kind === "doubt");
  await change(REMOVE_LINKS, ({ end }) => end.link.kind === "remove");
  await change(FORGET_OBSERVATIONS, ({ end }) => end.next.observeFirst);
  const arrived = runs.flatMap(({ claim, end: { link, arrived = [] } }) =>
    claim.ref.kind === "user" && link.kind === "put"
      ? arrived.map((department) => ({ department, person: link.remoteId }))
      : [],
  );
  if (arrived.length > 0) await run(db, FORGET_MANAGED, [target, JSON.stringify(arrived)]);
}

export const linkColumns = (link: LinkedObject) => ({
  remote_id: link.remoteId,
  presence: link.presence,
  attributes: link.attributes,
  containers: link.containers,
});
