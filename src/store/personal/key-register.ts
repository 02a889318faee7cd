import type { HistoryEvent } from "../../history/event.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

/* Which key-encryption key an installation has. The first process to start decides. */

const IN_FORCE: Statement = { name: "key-in-force", text: "select k.id from encryption_key k" };

/** With the event that tells from where on values are encrypted as they are written. */
const PUT: Statement = {
  name: "key-put-in-force",
  text: `with done as (insert into encryption_key (id) values ($1) on conflict do nothing returning 1)
    ${appendEvent(2, "done")}`,
};

export function createKeyRegister(pool: Pool) {
  const inForce = async (): Promise<string | undefined> => (await run<{ id: string }>(pool, IN_FORCE, []))[0]?.id;

  return {
    /** Id of the key; undefined before the first start. */
    inForce,

    /** The id of the key that is in force then: this one, or that of who was faster. */
    async putInForce(id: string, event: HistoryEvent): Promise<string> {
      await run(pool, PUT, [id, eventRow({ ...event, detail: { key: id } })]);
      return (await inForce()) ?? id;
    },
  };
}
