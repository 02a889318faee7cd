import { ANY_KIND, unindexed } from "./postgres/planner.ts";

/* SQL about entities that wait for others: rows `s` of `entity_states`. The target is parameter 1. */

/**
 * True: the entity waits for one of these ids. The target is compared in a form that no other index serves.
 * Otherwise such an index would be read as a whole if the statistics say that the target has few rows.
 */
export const WAITING_ON = (ids: string): string => `${unindexed("s.target")} = $1 and s.waiting_on && ${ids}`;

/**
 * True: if the entity `id` waited for the ids in the array `waits`, it would wait for itself in the end. It
 * follows the stored waits. For a department that will be removed it also follows the people inside. The
 * search is bounded, because everybody may wait.
 */
export const inCircle = (id: string, waits: string): string => `exists (
    with recursive awaited(id, led_to) as (
      select unnest(${waits}), false
      union
      select n.id, true from awaited a cross join lateral (
        select unnest(s.waiting_on) as id from entity_states s
         where s.target = $1 and s.kind = ${ANY_KIND} and s.entity_id = a.id and s.state = 'waiting'
        union all
        (select o.entity_id from departments d
           join links own on own.target = $1 and own.kind = 'department' and own.entity_id = d.id
           join links o on o.target = $1 and o.containers @> array[own.remote_id]
          where d.id = a.id and not d.present limit 200)) n)
    select from (select a.id, a.led_to from awaited a limit 5000) a where a.led_to and a.id = ${id})`;
