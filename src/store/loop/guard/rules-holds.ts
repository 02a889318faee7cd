import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import type { HistoryEvent } from "../../../history/event.ts";
import type { RulesHold, RulesStore } from "../../../reconcile/rules/store.ts";
import { alone } from "../../postgres/alone.ts";
import { inTransaction, run, type Statement } from "../../postgres/statement.ts";
import { FIRST_REF } from "../../postgres/walk.ts";
import { GONE } from "../processes.ts";
import { appendHoldEvents, holdEvent, lockGuard } from "./hold-members.ts";
import { WRITTEN_LEAVERS } from "./rules-change.ts";

/*
 * Holds of new rules that would change more than the limits allow. The rehearsal that finds this opens the
 * hold: store/rehearsal/touched.ts.
 */

const HOLD = `select h.id, h.state, h.state = 'approved' and h.expires_at > now() as counts, h.opened_at as "openedAt", h.mapping, h.policy,
    coalesce(h.detail->>'leavers' = ${WRITTEN_LEAVERS}, false) as "leaversGoOn"
  from holds h left join target_states t on t.target = h.target where h.target = $1 and h.limit_name = 'mappingChanged'`;

const OF_RULES: Statement = {
  name: "rules-hold",
  text: `${HOLD} and h.mapping = $2 and h.policy = $3 order by h.opened_at desc, h.id desc limit 1`,
};
const OPEN: Statement = { name: "rules-hold-open", text: `${HOLD} and h.state = 'open'` };

/** The statement for a table of holds, named by `holds`. */
export const dissolving = (holds: string): string =>
  `update ${holds} set state = 'dissolved', closed_at = now() where target = $1 and limit_name = 'mappingChanged' and state = 'open'
    returning id, mapping, policy`;
const DISSOLVE: Statement = { name: "rules-hold-dissolve", text: dissolving("holds") };

export interface DissolvedRules extends pg.QueryResultRow {
  readonly id: string;
  readonly mapping: string;
  readonly policy: string;
}

/** `more`: further details for the event. */
export const dissolvedEvent = (
  { id, mapping, policy }: DissolvedRules,
  target: string,
  at: Date,
  more: JsonObject = {},
): HistoryEvent =>
  holdEvent("hold.dissolved", {
    target,
    at,
    detail: { hold: id, limit: "mappingChanged", passed: 0, mapping, policy, ...more },
  });

const OTHERS: Statement = {
  name: "rules-others",
  text: `select exists (select from loop_processes p where p.target = $1 and p.id <> $2 and p.mapping_version = $3 and p.policy_version = $4
    and p.seen_at > now() - ${GONE}) as living`,
};

const SLICE = 5_000;
const FOLLOW: Statement = {
  name: "rules-follow",
  text: `with slice as (
    select m.kind, m.entity_id from hold_members m where m.hold_id = $2 and (m.kind, m.entity_id) > ($3, $4::uuid) order by m.kind, m.entity_id limit ${SLICE}),
  followed as (
    update entity_states s set in_hold = true from slice where s.target = $1 and s.kind = slice.kind and s.entity_id = slice.entity_id returning 1)
  select kind, entity_id as id, (select count(*) from followed) as n from slice order by kind, entity_id`,
};

/** Key of the advisory lock of the process that weighs the rules of a target. */
const WEIGHING = 72707372;

type RulesHolds = Pick<
  RulesStore,
  | "holdOfRules"
  | "openHoldOfRules"
  | "dissolveHoldOfRules"
  | "othersWorkBy"
  | "followMembers"
  | "aloneAtWeighing"
>;

export function createRulesHolds(pool: pg.Pool, target: string, clock: Clock): RulesHolds {
  return {
    async holdOfRules({ mapping, policy }) {
      return (await run<RulesHold & pg.QueryResultRow>(pool, OF_RULES, [target, mapping, policy]))[0];
    },

    async openHoldOfRules() {
      return (await run<RulesHold & pg.QueryResultRow>(pool, OPEN, [target]))[0];
    },

    async dissolveHoldOfRules() {
      if ((await run(pool, OPEN, [target])).length === 0) return;
      await inTransaction(pool, async (db) => {
        await lockGuard(db, target);
        const rows = await run<DissolvedRules>(db, DISSOLVE, [target]);
        await appendHoldEvents(
          db,
          rows.map((row) => dissolvedEvent(row, target, clock.now())),
        );
      });
    },

    async othersWorkBy({ mapping, policy }, ownId) {
      const [row] = await run<{ living: boolean }>(pool, OTHERS, [target, ownId, mapping, policy]);
      return row!.living;
    },

    async followMembers(holdId) {
      for (let last: { readonly kind: string; readonly id: string } | undefined = FIRST_REF; last; ) {
        // One after the other: each slice begins where the previous one ended.
        const rows: { kind: string; id: string }[] = await run(pool, FOLLOW, [
          target,
          holdId,
          last.kind,
          last.id,
        ]);
        last = rows.length === SLICE ? rows.at(-1) : undefined;
      }
    },

    async aloneAtWeighing(work) {
      return (await alone(pool, { number: WEIGHING, of: target }, work)) !== undefined;
    },
  };
}
