import type { AlertStore } from "../../alerts/ports.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";
import { claimOf, createDeliveries, deliverTo } from "./deliveries.ts";
import { createEvaluation } from "./incidents.ts";
import { createNames } from "./names.ts";

const TEST: Statement = {
  name: "alerts-test",
  text: `with event as (${appendEvent(4, "(select 1) once")})
    insert into incidents (id, target, key, kind, code, class, count, opened_at, closed_at, remind_at)
    values ($1::uuid, $2, 'test:' || $1::uuid, 'test', 'test', 'B', 0, $3, $3, $3)`,
};

export const createAlertStore = (pool: Pool, target: string): AlertStore => ({
  evaluate: createEvaluation(pool, target),
  ...createDeliveries(pool),
  names: createNames(pool, target),
  test: (now, channels, event) =>
    inTransaction(pool, async (db) => {
      const id = uuidv7(now.getTime());
      await run(db, TEST, [id, target, now, eventRow(event)]);
      await deliverTo(db, { incidents: [id], occasion: "test", channels, now });
      return claimOf(db, id, now);
    }),
});
