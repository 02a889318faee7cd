import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { LoopProcess, Presence } from "../../reconcile/process/presence.ts";
import { run, type Statement } from "../postgres/statement.ts";

/** A process that was not seen for this time is gone. */
export const GONE = "interval '30 seconds'";

const SHOW: Statement = {
  name: "process-show",
  text: `with gone as (delete from loop_processes where target = $2 and seen_at < now() - ${GONE} and id <> $1)
    insert into loop_processes as p (id, target, mode, mapping_version, settings, state, problems, policy_version) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (id) do update set state = excluded.state, problems = excluded.problems, seen_at = now()`,
};
const LEAVE: Statement = { name: "process-leave", text: "delete from loop_processes where id = $1" };
const OTHERS: Statement = {
  name: "process-others",
  text: `select count(*) as n from loop_processes where target = $2 and id <> $1 and settings <> $3 and state = 'working' and seen_at > now() - ${GONE}`,
};
const LIVING: Statement = {
  name: "process-living",
  text: `select id, mode, mapping_version, state, problems, started_at, seen_at from loop_processes
    where target = $1 and seen_at > now() - ${GONE} order by started_at, id`,
};

interface Row extends pg.QueryResultRow {
  id: string;
  mode: LoopProcess["mode"];
  mapping_version: string;
  state: LoopProcess["state"];
  problems: string | null;
  started_at: Date;
  seen_at: Date;
}

/**
 * Tells other processes and operators the mode, mapping, policy and settings of this process, and its state.
 */
export const createPresence = (
  pool: pg.Pool,
  target: string,
  own: {
    readonly mode: string;
    readonly mappingVersion: string;
    readonly policyVersion: string;
    readonly settings: string;
  },
): Presence => {
  const id = randomUUID();
  return {
    id,
    async show(state, problems) {
      const problemsJson = problems.length > 0 ? JSON.stringify(problems) : null;
      await run(pool, SHOW, [
        id,
        target,
        own.mode,
        own.mappingVersion,
        own.settings,
        state,
        problemsJson,
        own.policyVersion,
      ]);
    },
    async othersWork() {
      const [row] = await run<{ n: number }>(pool, OTHERS, [id, target, own.settings]);
      return row!.n > 0;
    },
    async leave() {
      await run(pool, LEAVE, [id]);
    },
  };
};

export async function livingProcesses(pool: pg.Pool, target: string): Promise<readonly LoopProcess[]> {
  return (await run<Row>(pool, LIVING, [target])).map((row) => ({
    id: row.id,
    mode: row.mode,
    mapping: row.mapping_version,
    state: row.state,
    problems: row.problems ? (JSON.parse(row.problems) as LoopProcess["problems"]) : [],
    startedAt: row.started_at,
    seenAt: row.seen_at,
  }));
}
