import type { Client } from "pg";
import { entraUser, externalIdOf, idOf, userNameOf } from "./people.ts";

/*
 * Fills both databases with the same people and groups, by SQL and in sync: what is measured is the running, not the filling.
 * People of the space "seed" are numbered from 0, groups are named by their size.
 */

const CHUNK = 5_000;

export async function seedFloor(db: Client, users: number, groupSizes: readonly number[]): Promise<void> {
  for (let from = 0; from < users; from += CHUNK) {
    const people = numbers(from, Math.min(users, from + CHUNK));
    await db.query("insert into users select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])", [
      people.map((n) => idOf("seed", n)),
      people.map((n) => userNameOf("seed", n)),
      people.map((n) => externalIdOf("seed", n)),
      people.map((n) => JSON.stringify({ id: idOf("seed", n), ...entraUser("seed", n) })),
    ]);
    await db.query("insert into history (subject, doc) select s, d from unnest($1::uuid[], $2::text[]) as t(s, d)", [
      people.map((n) => idOf("seed", n)),
      people.map((n) => JSON.stringify({ subject: idOf("seed", n), code: "user.created", changes: entraUser("seed", n) })),
    ]);
  }
  for (const size of groupSizes) {
    await db.query("insert into groups values ($1, $2)", [
      groupIdOf(size),
      JSON.stringify({ id: groupIdOf(size), displayName: `Group of ${size}` }),
    ]);
    await db.query("insert into members select $1, id from (select id from users order by id limit $2) u", [groupIdOf(size), size]);
  }
  await db.query("vacuum analyze");
}

export async function seedReal(db: Client, users: number, groupSizes: readonly number[]): Promise<void> {
  const { rows } = await db.query<{ id: string }>("select id from sources where name = 'default'");
  const source = rows[0]!.id;
  for (let from = 0; from < users; from += CHUNK) {
    const people = numbers(from, Math.min(users, from + CHUNK));
    const documents = people.map((n) => JSON.stringify(entraUser("seed", n)));
    await db.query(
      `insert into users (id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, email_keys, document, created_at, modified_at)
       select id, $1, true, name, lower(name), lower(doc->>'displayName'), ext, lower(ext), array[lower(name)], doc, now(), now()
         from unnest($2::uuid[], $3::text[], $4::text[], $5::json[]) as t(id, name, ext, doc)`,
      [
        source,
        people.map((n) => idOf("seed", n)),
        people.map((n) => userNameOf("seed", n)),
        people.map((n) => externalIdOf("seed", n)),
        documents,
      ],
    );
    await db.query(
      `insert into entity_states (target, kind, entity_id, state, desired_generation, observed_generation) select 'dingtalk', 'user', id, 'inSync', 1, 1 from unnest($1::uuid[]) id`,
      [people.map((n) => idOf("seed", n))],
    );
    await db.query(
      `insert into history (id, at, code, actor, source_id, subject_kind, subject, changes)
       select gen_random_uuid(), now(), 'user.created', 'system', $1, 'user', id, doc from unnest($2::uuid[], $3::json[]) as t(id, doc)`,
      [source, people.map((n) => idOf("seed", n)), documents],
    );
  }
  for (const size of groupSizes) {
    const document = JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: `Group of ${size}` });
    await db.query(
      `insert into groups (id, source_id, display_name, display_name_key, document, created_at, modified_at) values ($1, $2, $3, lower($3), $4, now(), now())`,
      [groupIdOf(size), source, `Group of ${size}`, document],
    );
    await db.query("insert into group_members (group_id, user_id) select $1, id from (select id from users order by id limit $2) u", [
      groupIdOf(size),
      size,
    ]);
  }
  await db.query("vacuum analyze");
}

export const groupIdOf = (size: number): string => idOf("group", size);

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
