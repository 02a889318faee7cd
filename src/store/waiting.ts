import { ANY_KIND, unindexed } from "./postgres/planner.ts";

/* Who waits for whom, of rows `s` of `entity_states` and with the target in parameter 1. */

/**
 * Those whose `waiting_on` names one of these. The target is compared in a form no other index serves: theirs would be read from end to end wherever
 * the statistics say that a target has few rows.
 */
export const WAITING_ON = (ids: string): string => `${unindexed("s.target")} = $1 and s.waiting_on && ${ids}`;

/**
 * Whether somebody with the id `id` who waits for `waits` (an array) waits for itself in the end. Followed is what is recorded: whom each waits for, and for a
 * department to be removed whoever is inside. Bounded, as everybody may be.
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
