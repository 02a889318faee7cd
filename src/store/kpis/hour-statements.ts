import type { Statement } from "../postgres/statement.ts";
import { appendEvent } from "../write-sql.ts";

/* Statements about the hours of figures. */

export const LOCK: Statement = {
  name: "",
  text: "select pg_try_advisory_xact_lock(hashtextextended('kpis:' || $1::text, 0)) as mine",
};
export const LAST: Statement = {
  name: "",
  text: "select hour, final, made_at as made, (select min(hour) from kpi_hours where target = $1) as first from kpi_hours where target = $1 order by hour desc limit 1",
};
export const OPEN: Statement = {
  name: "",
  text: "select min(hour) as hour from kpi_hours where target = $1 and not final",
};
export const FIRST: Statement = { name: "", text: "select at from history order by id limit 1" };
export const PUT: Statement = {
  name: "",
  text: `insert into kpi_hours (target, hour, figures, final, made_at) values ($1, $2, $3, $4, $5)
    on conflict (target, hour) do update set figures = excluded.figures, final = excluded.final, made_at = excluded.made_at`,
};
export const FORGET: Statement = { name: "", text: "delete from kpi_hours where target = $1 and hour < $2" };
export const HOURS: Statement = {
  name: "kpi-hours",
  text: "select hour, figures from kpi_hours where target = $1 and hour >= $2 order by hour",
};
export const RECORD: Statement = {
  name: "",
  text: `with event as (${appendEvent(1, "(select 1) once")}) select 1`,
};
