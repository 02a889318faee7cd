import type pg from "pg";
import type { JsonObject } from "../../core/entity.ts";
import type { Join, JoinState, RecordView } from "../../persons/ports.ts";
import type { Statement } from "../postgres/statement.ts";
import { NAMES_OF_PERSON } from "../references.ts";

/* Statements about joins and proposals, and their rows. */

const statement = (name: string, text: string): Statement => ({ name: `joins-${name}`, text });

const VIEW = `json_build_object('id', u.id, 'source', s.name, 'active', u.active, 'name', coalesce(${NAMES_OF_PERSON}))`;
const ROWS = `select j.id, j.record_id, j.person_id, j.matched, j.state, j.made_at, j.decided_at, j.decided_by,
    (select ${VIEW} from users u join sources s on s.id = u.source_id where u.id = j.record_id)::text as record,
    (select coalesce(${NAMES_OF_PERSON}) from people u where u.id = j.person_id) as person_name,
    (select json_agg(${VIEW} order by u.id) from users u join sources s on s.id = u.source_id
      where u.id = j.person_id and u.person_id is null or u.person_id = j.person_id)::text as records
  from person_joins j`;

export const LIST = statement(
  "list",
  `${ROWS} where ($1::text is null or j.state = $1) and ($2::uuid is null or j.id > $2) order by j.id limit $3`,
);
export const GIVEN = statement("given", `${ROWS} where j.id = any($1::uuid[]) order by j.id`);
export const ONE = statement(
  "one",
  "select record_id, person_id, state, matched from person_joins where id = $1 for update",
);

/**
 * Sources that have deleted their record of the person, with the time. The last event of such a source about
 * the person is the deletion.
 */
export const LEFT = statement(
  "left",
  `select s.id, s.name, (select max(h.at) from history h where h.subject = p.id and h.source_id = s.id and h.code like 'user.%') as at
    from persons p join sources s on s.id = any(p.left_sources) where p.id = $1 order by s.name`,
);

export interface JoinRow extends pg.QueryResultRow {
  readonly id: string;
  readonly record_id: string;
  readonly person_id: string;
  readonly matched: readonly string[];
  readonly state: JoinState;
  readonly made_at: Date;
  readonly decided_at: Date | null;
  readonly decided_by: string | null;
  readonly record: string | null;
  readonly person_name: string | null;
  readonly records: string | null;
}

export const nameIn = ({ displayName, userName }: JsonObject): string =>
  String(displayName ?? userName ?? "");

export const joinOf = (row: JoinRow): Join => ({
  id: row.id,
  state: row.state,
  matched: row.matched,
  ...(row.record === null ? {} : { record: JSON.parse(row.record) as RecordView }),
  person: {
    id: row.person_id,
    ...(row.person_name === null ? {} : { name: row.person_name }),
    records: row.records === null ? [] : (JSON.parse(row.records) as RecordView[]),
  },
  madeAt: row.made_at,
  ...(row.decided_at ? { decidedAt: row.decided_at } : {}),
  ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
});
