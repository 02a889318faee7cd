import type pg from "pg";
import type { SubjectRecords } from "../../privacy/subjects.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { IS_KNOWN } from "./known.ts";

/**
 * All data about a person in one row, so that all of it is from the same moment. Times are ISO 8601 in UTC.
 */
const READ: Statement = {
  name: "subject-records",
  text: `select ${IS_KNOWN} as known, json_build_object(
    'id', $1::uuid,
    'directory', (select json_build_object('source', o.name, 'active', u.active, 'createdAt', u.created_at, 'modifiedAt', u.modified_at, 'document', u.document,
        'groups', (select coalesce(json_agg(g.display_name order by g.display_name), '[]') from group_members m join groups g on g.id = m.group_id where m.user_id = u.id))
      from users u join sources o on o.id = u.source_id where u.id = $1),
    'joined', (select json_build_object('person', p.id, 'document', p.document, 'others', (
        select json_agg(json_build_object('id', u.id, 'source', o.name, 'active', u.active, 'createdAt', u.created_at, 'modifiedAt', u.modified_at,
            'document', u.document) order by u.id) from users u join sources o on o.id = u.source_id where u.person_id = p.id and u.id <> $1))
      from persons p where p.id = $1 or p.id = (select u.person_id from users u where u.id = $1)),
    'scheduled', (select json_agg(json_build_object('kind', c.kind, 'day', c.day, 'zone', c.zone, 'state', c.state, 'receivedAt', c.received_at, 'changes', c.patch)
        order by c.due_at, c.id) from scheduled_changes c join users u on u.id = c.resource where u.id = $1 or u.person_id = $1),
    'links', (select coalesce(json_agg(json_build_object('target', l.target, 'remoteId', l.remote_id, 'presence', l.presence, 'observedAt', l.observed_at,
        'attributes', coalesce(l.attributes, l.unshown)) order by l.target), '[]') from links l where l.kind = 'user' and l.entity_id = $1),
    'removed', (select coalesce(json_agg(json_build_object('target', r.target, 'at', r.at, 'attributes', r.attributes) order by r.target), '[]')
      from removed_people r where r.entity_id = $1),
    'states', (select coalesce(json_agg(json_build_object('target', s.target, 'state', s.state, 'reasonCode', s.reason_code, 'planned', s.planned, 'notes', s.notes,
        'refused', s.refused) order by s.target), '[]') from entity_states s where s.kind = 'user' and s.entity_id = $1),
    'adoptions', (select coalesce(json_agg(json_build_object('target', a.target, 'state', a.state, 'at', a.made_at, 'name', a.entity_name) order by a.made_at), '[]')
      from adoptions a where a.kind = 'user' and a.entity_id = $1),
    'reads', (select coalesce(json_agg(r order by r.at desc), '[]') from (
      select h.at, split_part(h.actor, ':', 1) as by, h.detail->>'address' as address
        from personal_reads p join history h on h.id = p.event where p.subject = $1 order by p.event desc limit 1000) r),
    'held', exists (select from legal_holds h where h.subject = $1)) as records`,
};

export async function readRecords(pool: pg.Pool, id: string): Promise<SubjectRecords | undefined> {
  const [row] = await run<{ known: boolean; records: string }>(pool, READ, [id]);
  return row?.known ? (JSON.parse(row.records, withoutNulls) as SubjectRecords) : undefined;
}

/** Leaves out members that are null. */
const withoutNulls = (_name: string, value: unknown): unknown => (value === null ? undefined : value);
