/*
 * SQL fragments about the events of a target: whether a process receives them, and their share of the
 * changes. The target is $1.
 */

/** A process that listens updates its row every five seconds. */
export const LISTENS = "l.seen_at > now() - interval '30 seconds'";

/**
 * The number of checks that events have caused since the last comparison, or in the last day, and that led to
 * a write or to a change of the directory.
 */
export const ARRIVED_SINCE = `(select count(distinct h.look)::int from hints h
    where h.target = $1 and h.outcome = 'look'
      and h.received_at > coalesce((select max(f.at) from hint_figures f where f.target = $1), now() - interval '1 day')
      and exists (select from history i where i.causes @> array[h.look] and i.causes <> '{}' and i.code in ('target.intent', 'user.updated')))`;

export const EVENT_COVERAGE = `(select coalesce(sum(f.heard), 0)::int from hint_figures f where f.target = $1 and f.at > now() - interval '1 day') + ${ARRIVED_SINCE} as heard,
  (select coalesce(sum(f.missed), 0)::int from hint_figures f where f.target = $1 and f.at > now() - interval '1 day') as missed`;
