import type pg from "pg";
import type { SyncMode } from "../../reconcile/policy.ts";
import type { OrdersStore } from "../../reconcile/process/orders.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { appendEvent, causedBy, eventRow, wakeUp } from "../write-sql.ts";

/* Orders of operators for a target. They are one row, which every process reads. */

const ORDERS: Statement = {
  name: "orders-read",
  text: "select halted_at, halted_by, halt_reason, ordered_mode from target_states where target = $1",
};

const HALT: Statement = {
  name: "orders-halt",
  text: `with done as (
    insert into target_states as t (target, halted_at, halted_by, halt_reason) values ($1, now(), $2, $3)
    on conflict (target) do update set halted_at = coalesce(t.halted_at, excluded.halted_at), halted_by = excluded.halted_by, halt_reason = excluded.halt_reason
    returning 1)
  ${appendEvent(4, "done")}`,
};

const GO_ON: Statement = {
  name: "orders-go-on",
  text: `with done as (
    update target_states set halted_at = null, halted_by = null, halt_reason = null where target = $1 and halted_at is not null returning 1),
  event as (${appendEvent(2, "done")}),
  woken as (${wakeUp("done")})
  select (select count(*) from woken) as woken from done`,
};

const ORDER_MODE: Statement = {
  name: "orders-mode",
  text: `with before as (select (select t.ordered_mode from target_states t where t.target = $1) as mode),
  done as (
    insert into target_states (target, ordered_mode) select $1, $2::text from before where before.mode is distinct from $2::text
    on conflict (target) do update set ordered_mode = excluded.ordered_mode returning 1)
  ${appendEvent(3, "done")} returning 1`,
};

/** Entities that a mode held become due. The new mode decides about them. */
const LOOK_AT_HELD: Statement = {
  name: "orders-look-at-held",
  text: `with done as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, desired_generation = s.desired_generation + 1,
      due_since = coalesce(s.due_since, now()), causes = s.causes || ${causedBy(2)}
     where s.target = $1 and s.state = 'held' and s.reason_code in ('modeObserve', 'modeUpsert') returning 1),
  woken as (${wakeUp("done")})
  select (select count(*) from woken) as woken from done limit 1`,
};

interface Row extends pg.QueryResultRow {
  halted_at: Date | null;
  halted_by: string;
  halt_reason: string;
  ordered_mode: SyncMode | null;
}

export const createOrders = (pool: pg.Pool, target: string): OrdersStore => ({
  async orders() {
    const [row] = await run<Row>(pool, ORDERS, [target]);
    return {
      ...(row?.halted_at
        ? { halted: { by: row.halted_by, reason: row.halt_reason, since: row.halted_at } }
        : {}),
      ...(row?.ordered_mode ? { mode: row.ordered_mode } : {}),
    };
  },

  async halt({ by, reason }, event) {
    await run(pool, HALT, [target, by, reason, eventRow(event)]);
  },

  async goOn(event) {
    await run(pool, GO_ON, [target, eventRow(event)]);
  },

  async orderMode(mode, event) {
    // Any number of entities may be held. A statement in a transaction has more time than one alone.
    await inTransaction(pool, async (client) => {
      const changed = await run(client, ORDER_MODE, [target, mode ?? null, eventRow(event)]);
      if (changed.length > 0) await run(client, LOOK_AT_HELD, [target, eventRow(event)]);
    });
  },
});
