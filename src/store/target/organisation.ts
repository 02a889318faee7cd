import type pg from "pg";
import { run, type Statement } from "../postgres/statement.ts";

const PIN: Statement = {
  name: "organisation-pin",
  text: `insert into target_states (target, organisation) values ($1, $2)
    on conflict (target) do update set organisation = coalesce(target_states.organisation, excluded.organisation)
    returning organisation`,
};

/**
 * Stores the organisation on the first call, and returns the stored one. If the credentials are for another
 * organisation, the caller must stop the server before any write (docs/threats.md F63).
 */
export async function pinOrganisation(pool: pg.Pool, target: string, organisation: string): Promise<string> {
  const [row] = await run<{ organisation: string }>(pool, PIN, [target, organisation]);
  return row!.organisation;
}
