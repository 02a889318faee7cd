import { fold } from "../../core/text/fold.ts";
import { createParameters } from "../postgres/parameters.ts";
import type { Pool } from "../postgres/pool.ts";
import { isPerson } from "../references.ts";
import { contains } from "./item-search.ts";

export interface RemovedPerson {
  readonly id: string;
  readonly name: string;
  readonly at: Date;
}

/**
 * People whom the directory has deleted and the loop has removed, by a part of their name at the target.
 * Newest removal first. It finds them as long as the name is stored.
 */
export function findRemoved(
  pool: Pool,
  target: string,
  text: string,
  count: number,
): Promise<readonly RemovedPerson[]> {
  const parameters = createParameters([target]);
  const isMeant = contains(fold(text.trim()), parameters)("r.attributes->>'name'");
  const statement = {
    name: "",
    text: `select r.entity_id as id, r.attributes->>'name' as name, r.at from removed_people r
      where r.target = $1 and ${isMeant} and not ${isPerson("r.entity_id")}
      order by r.at desc limit ${parameters.add(count, "bigint")}`,
  };
  return pool.scans.run<RemovedPerson & Record<string, unknown>>(
    "removed-people",
    statement,
    parameters.values,
  );
}
