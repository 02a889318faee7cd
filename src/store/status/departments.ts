import type pg from "pg";
import { fold } from "../../core/text/fold.ts";
import type { DepartmentList, DepartmentNode } from "../../reconcile/department-list.ts";
import { folded } from "../postgres/folded.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import type { Pool } from "../postgres/pool.ts";
import { run } from "../postgres/statement.ts";
import { contains } from "./item-search.ts";

/* The desired tree of departments for operators: one level at a time, or a search by a part of the name. */

/** Names of the path from the top down. The target allows few levels, so the recursion is short. */
const PATH = `(with recursive above(name, parent_id, level) as (
    select d.name, d.parent_id, 0 union all select p.name, p.parent_id, a.level + 1 from above a join departments p on p.id = a.parent_id)
  select array_agg(name order by level desc) from above)`;

interface Row extends pg.QueryResultRow {
  readonly id: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly children: number;
  readonly state: DepartmentNode["state"] | null;
  readonly reason_code: string | null;
  readonly reason: string | null;
  readonly remedy: string | null;
  readonly remote_id: string | null;
}

export const createDepartmentList = (pool: Pool, target: string): DepartmentList => ({
  async list({ parent, text, after, count }) {
    const parameters = createParameters([target]);
    const conditions = ["d.target = $1", "d.present"];
    if (text !== undefined) conditions.push(contains(fold(text.trim()), parameters)("d.name"));
    else
      conditions.push(
        parent === undefined ? "d.parent_id is null" : `d.parent_id = ${parameters.add(parent, "uuid")}`,
      );
    if (after !== undefined) {
      conditions.push(
        `(${folded("d.name")}, d.id) > (select ${folded("l.name")}, l.id from departments l where l.id = ${parameters.add(after, "uuid")})`,
      );
    }
    const limit = parameters.add(count + 1, "bigint");
    const statement = {
      name: "",
      text: `select d.id, d.name, ${PATH} as path, (select count(*) from departments c where c.parent_id = d.id and c.present) as children,
          s.state, s.reason_code, s.reason, s.remedy, k.remote_id
        from departments d
        left join entity_states s on s.target = $1 and s.kind = 'department' and s.entity_id = d.id
        left join links k on k.target = $1 and k.kind = 'department' and k.entity_id = d.id
        where ${conditions.join(" and ")} order by ${folded("d.name")}, d.id limit ${limit}`,
    };
    const rows = await (text === undefined
      ? run<Row>(pool, statement, parameters.values)
      : pool.scans.run<Row>("departments", statement, parameters.values));
    const { items: departments, more } = pageOf(rows.map(nodeOf), count, ({ id }) => id);
    return { departments, ...more };
  },
});

const nodeOf = ({
  id,
  name,
  path,
  children,
  state,
  reason_code,
  reason,
  remedy,
  remote_id,
}: Row): DepartmentNode => ({
  id,
  name,
  path,
  children,
  ...(state ? { state } : {}),
  ...(reason_code ? { reasonCode: reason_code } : {}),
  ...(reason ? { reason } : {}),
  ...(remedy ? { remedy } : {}),
  ...(remote_id ? { remoteId: remote_id } : {}),
});
