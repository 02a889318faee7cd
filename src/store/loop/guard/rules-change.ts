import type pg from "pg";
import type { Limits } from "../../../policy/policy.ts";
import type { SyncMode } from "../../../reconcile/policy.ts";
import type { RulesStore } from "../../../reconcile/rules/store.ts";
import { inTransaction, run, type Statement } from "../../postgres/statement.ts";
import { FIRST_ID } from "../../postgres/walk.ts";
import { appendEvents, eventColumns } from "../../write-sql.ts";
import { MARK_GROUPS, MARK_HELD, MARK_LEAVERS, MARK_PEOPLE, MARK_STATES } from "./mark-directory.ts";

/*
 * New rules at the start of a process: entities that they may concern become due. Rows are marked in slices,
 * so that no statement runs for long.
 */

/**
 * The digest of the rules about leavers that may write, in the row `t`. Null if it was stored with other
 * rules than the present ones.
 */
export const WRITTEN_LEAVERS =
  "case when starts_with(t.written_leavers, t.written_mapping || ' ' || t.written_policy || ' ') then split_part(t.written_leavers, ' ', 3) end";

const KNOWN: Statement = {
  name: "renewal-known",
  text: `select mapping_version as mapping, mode, policy_version as policy, marked, ordered_mode, written_mapping, written_policy, written_limits, ${WRITTEN_LEAVERS} as written_leavers
    from target_states t where target = $1`,
};

const PUT_IN_FORCE: Statement = {
  name: "renewal-in-force",
  text: `with done as (
    insert into target_states (target, mapping_version, mode, policy_version, marked) values ($1, $2, $3, $4, false)
    on conflict (target) do update set mapping_version = excluded.mapping_version, mode = excluded.mode, policy_version = excluded.policy_version, marked = false
    returning 1)
  ${appendEvents("(select value as event from done, json_array_elements($5::json)) w")}`,
};
const END_MARKING: Statement = {
  name: "renewal-marked",
  text: "update target_states set marked = true where target = $1",
};
const LET_WRITE: Statement = {
  name: "renewal-let-write",
  text: `insert into target_states (target, written_mapping, written_policy, written_limits, written_leavers)
    values ($1, $2::text, $3::text, $4, $2::text || ' ' || $3::text || ' ' || $5::text)
    on conflict (target) do update set written_mapping = excluded.written_mapping, written_policy = excluded.written_policy,
      written_limits = excluded.written_limits, written_leavers = excluded.written_leavers`,
};

interface KnownRow extends pg.QueryResultRow {
  mapping: string | null;
  mode: string | null;
  policy: string | null;
  marked: boolean;
  ordered_mode: SyncMode | null;
  written_mapping: string | null;
  written_policy: string | null;
  written_limits: string | null;
  written_leavers: string | null;
}

interface Slice extends pg.QueryResultRow {
  last: string | null;
  n: number;
}

type Renewal = Pick<RulesStore, "rules" | "putInForce" | "markAll" | "markHeld" | "endMarking" | "letWrite">;

export function createRenewal(pool: pg.Pool, target: string): Renewal {
  async function markAll(causes: readonly string[]): Promise<number> {
    let marked = 0;
    for (const statement of [MARK_GROUPS, MARK_PEOPLE]) {
      for (let last: string | null = FIRST_ID; last !== null; ) {
        const [slice]: Slice[] = await run<Slice>(pool, statement, [[target], last, causes]);
        marked += slice!.n;
        last = slice!.last;
      }
    }
    let kind = "";
    for (let last = FIRST_ID; ; ) {
      const [slice] = await run<Slice>(pool, MARK_STATES, [[target], last, causes, target, kind]);
      marked += slice!.n;
      if (slice!.last === null) return marked;
      [kind, last] = slice!.last.split(":") as [string, string];
    }
  }

  return {
    async rules() {
      const [row] = await run<KnownRow>(pool, KNOWN, [target]);
      if (!row) return { inForce: {}, marked: true };
      const {
        mapping,
        mode,
        policy,
        marked,
        ordered_mode,
        written_mapping,
        written_policy,
        written_limits,
        written_leavers,
      } = row;
      const inForce = { ...(mapping && { mapping }), ...(mode && { mode }), ...(policy && { policy }) };
      const written = written_mapping && {
        mapping: written_mapping,
        ...(written_policy && { policy: written_policy }),
        ...(written_limits && { limits: JSON.parse(written_limits) as Limits }),
        ...(written_leavers && { leavers: written_leavers }),
      };
      return {
        inForce,
        marked,
        ...(ordered_mode && { orderedMode: ordered_mode }),
        ...(written && { written }),
      };
    },

    async putInForce({ mapping, mode, policy }, events) {
      await run(pool, PUT_IN_FORCE, [
        target,
        mapping,
        mode,
        policy,
        JSON.stringify(events.map(eventColumns)),
      ]);
    },

    async endMarking() {
      await run(pool, END_MARKING, [target]);
    },

    async letWrite({ mapping, policy, limits, leavers }) {
      await run(pool, LET_WRITE, [target, mapping, policy, JSON.stringify(limits), leavers]);
    },

    markAll,

    async markHeld(causes) {
      // Any number of entities may be held. A statement in a transaction has more time than one alone.
      return inTransaction(pool, async (client) => {
        const [held] = await run<{ n: number }>(client, MARK_HELD, [target, causes]);
        const [leavers] = await run<{ n: number }>(client, MARK_LEAVERS, [[target], target, causes]);
        return held!.n + leavers!.n;
      });
    },
  };
}
