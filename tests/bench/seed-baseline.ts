import type { Client } from "pg";
import { answeredUser, entraUser, externalIdOf, groupIdOf, idOf, userNameOf } from "./people.ts";

/* Fills the baseline's database with the people and groups of seed-real.ts. */

const CHUNK = 5_000;

export async function seedBaseline(db: Client, users: number, groupSizes: readonly number[]): Promise<void> {
  for (let from = 0; from < users; from += CHUNK) {
    const people = numbers(from, Math.min(users, from + CHUNK));
    await db.query("insert into users select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])", [
      people.map((n) => idOf("seed", n)),
      people.map((n) => userNameOf("seed", n)),
      people.map((n) => externalIdOf("seed", n)),
      people.map((n) => JSON.stringify(answeredUser("seed", n))),
    ]);
    await db.query(
      "insert into history (subject, doc) select s, d from unnest($1::uuid[], $2::text[]) as t(s, d)",
      [
        people.map((n) => idOf("seed", n)),
        people.map((n) =>
          JSON.stringify({ subject: idOf("seed", n), code: "user.created", changes: entraUser("seed", n) }),
        ),
      ],
    );
  }
  for (const size of groupSizes) {
    await db.query("insert into groups values ($1, $2)", [
      groupIdOf(size),
      JSON.stringify({ id: groupIdOf(size), displayName: `Group of ${size}` }),
    ]);
    await db.query("insert into members select $1, id from (select id from users order by id limit $2) u", [
      groupIdOf(size),
      size,
    ]);
  }
  await db.query("vacuum analyze");
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
