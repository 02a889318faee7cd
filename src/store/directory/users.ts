import { isUuid } from "../../core/id.ts";
import type { DirectoryStore } from "../../directory/ports.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, causedBy, markDue, wakeUp } from "../write-sql.ts";
import { createList } from "./list.ts";
import { createLookup } from "./lookup.ts";
import { withMatches } from "./match.ts";
import { USERS } from "./user-rows.ts";
import { createUserWrites, priorityOf } from "./user-writes.ts";

const DELETE: Statement = {
  name: "user-delete",
  text: `with done as (delete from users where id = $1 and source_id = $2 and version = $3 returning id),
  event as (${appendEvent(4, "done")}),
  marked as (${markDue(`(select 'user'::text as kind, done.id as entity_id, $5::smallint as priority, ${causedBy(4)} as causes from done) m`, "$6::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken from done`,
};

type Users = Pick<DirectoryStore, "insertUser" | "updateUser" | "deleteUser" | "getUser" | "listUsers">;

export function createUserStore(pool: Pool, targets: readonly string[], vault: Vault): Users {
  const writes = createUserWrites(pool, targets, vault);
  const byId = createLookup(pool, USERS, { name: "user-id", column: "u.id", type: "uuid" });
  const byUserName = createLookup(pool, USERS, { name: "user-name", column: "u.user_name_key", type: "text" });
  const byExternalId = createLookup(pool, USERS, { name: "user-external-id", column: "u.external_id", type: "text" });

  return {
    async insertUser(sourceId, id, content, at, fact) {
      const document = JSON.stringify(content.document);
      await writes.insert({ sourceId, id, content, document, at, fact });
      const instant = at.toISOString();
      return { id, version: 1, createdAt: instant, modifiedAt: instant, document, groups: [] };
    },

    updateUser: (sourceId, id, expected, content, at, fact) =>
      writes.update({ sourceId, id, expected, content, document: JSON.stringify(content.document), at, fact }),

    async deleteUser(sourceId, id, expected, fact) {
      const [event] = await vault.rows(pool, [fact.event]);
      return (await run(pool, DELETE, [id, sourceId, expected, JSON.stringify(event), priorityOf(fact), targets])).length > 0;
    },

    getUser: async (sourceId, id) => (isUuid(id) ? (await byId(sourceId, id))[0] : undefined),

    listUsers: withMatches({ id: byId, userName: byUserName, externalId: byExternalId }, createList(pool, USERS)),
  };
}
