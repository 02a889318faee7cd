import type pg from "pg";
import type { SyncState } from "../../reconcile/run/end/run-end.ts";
import type { ReasonCount } from "../../reconcile/status.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { NAMES_OF_PERSON, personWith } from "../references.ts";

/**
 * Counts of the reasons. There are about a hundred codes in five states. It reads only entities that are not
 * in sync, by their index.
 */
const REASONS: Statement = {
  name: "",
  text: `select s.state, s.reason_code, count(*) as n, min(s.reason) as reason, min(s.remedy) as remedy
    from entity_states s where s.target = $1 and s.state <> 'inSync' and s.reason_code is not null
    group by s.state, s.reason_code order by n desc, s.reason_code, s.state`,
};

const REMOTE_NAMES: Statement = {
  name: "status-remote-names",
  text: `select l.remote_id as id, coalesce(${NAMES_OF_PERSON}, d.name) as name from links l
    left join ${personWith("l.entity_id", "l.kind = 'user'")} u on true
    left join departments d on l.kind = 'department' and d.id = l.entity_id
    where l.target = $1 and l.kind = $2 and l.remote_id = any($3)`,
};

interface ReasonRow extends pg.QueryResultRow {
  state: SyncState;
  reason_code: string;
  n: number;
  reason: string | null;
  remedy: string | null;
}

export async function readReasons(pool: pg.Pool, target: string): Promise<readonly ReasonCount[]> {
  const rows = await run<ReasonRow>(pool, REASONS, [target]);
  return rows.map(({ state, reason_code: reasonCode, n, reason, remedy }) => ({
    state,
    reasonCode,
    count: n,
    ...(reason === null ? {} : { reason }),
    ...(remedy === null ? {} : { remedy }),
  }));
}

export async function readRemoteNames(
  pool: pg.Pool,
  target: string,
  kind: string,
  remoteIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (remoteIds.length === 0) return new Map();
  const rows = await run<{ id: string; name: string | null }>(pool, REMOTE_NAMES, [target, kind, remoteIds]);
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}
