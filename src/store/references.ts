import type { JsonValue } from "../core/entity.ts";
import { fold } from "../core/fold.ts";
import type { Changes } from "../history/event.ts";
import { folded } from "./postgres/folded.ts";
import { APART, lookUp } from "./postgres/planner.ts";

/*
 * Whom a reference to a person means (docs/clients.md 3), said once in both directions: from the reference to the person, and from a person to those
 * who may mean them. A reference is our id, else an externalId, else an employee number of the same source; an employee number is compared without
 * letter case, and an externalId with it.
 */

const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/** The same for a list that a column holds beside the names as they were given. */
export const foldedNames = (names: readonly string[] | null): readonly string[] | null => (names === null ? null : names.map(fold));

/**
 * The person a reference means, as one row `(id, active, several)` or none. A record that is not active is passed over where an active one has the same
 * externalId or employee number: it is an earlier record of the same person, or its number was given away. `several`: more than one active record has it.
 */
export const meant = (sourceId: string, ref: string): string => `
  select c.id, c.active, c.way > 0 and c.active and count(*) over (partition by c.way, c.active) > 1 as several
    from (select distinct coalesce(n.person_id, n.id) as id, coalesce(j.active, n.active) as active, n.way from (
            select x.id, x.person_id, x.active, 0 as way from users x
             where x.source_id = ${sourceId} and x.id = case when ${ref} ~* '${UUID}' then ${ref}::uuid end
            union all
            select x.id, x.person_id, x.active, 1 from users x where x.source_id = ${sourceId} and x.external_id = ${ref}
            union all
            select x.id, x.person_id, x.active, 2 from users x where x.source_id = ${sourceId} and x.employee_number_key = ${folded(ref)}) n
          left join lateral (select p.active from persons p where p.id = n.person_id limit 1) j on true) c
   order by c.way = 0 desc, c.active desc, c.way, c.id limit 1`;

/**
 * Every folded text that may mean the person of the record `m`. It may be too many, as an externalId is compared with letter case when it is resolved:
 * who is looked at for nothing finds nothing to do.
 */
export const namesOf = (m: string): string => `array_remove(array[${m}.id::text, ${folded(`${m}.external_id`)},
      ${m}.employee_number_key], null)`;

/*
 * A person of the view `people` is one record of `users`, or what several come to (docs/sources.md). The view is a union with a condition, which the planner
 * searches by its keys only where the key is known beforehand, and reads from end to end in a join: hence these forms.
 */

/** A FROM item: the person of that id, or none. `when`: a condition on what comes before. */
export const personWith = (id: string, when = "true"): string => lookUp("people x", `${when} and x.id = ${id}`);
export const isPerson = (id: string): string => `exists (select from people x where x.id = ${id} ${APART})`;
export const isActivePerson = (id: string): string => `exists (select from people x where x.id = ${id} and x.active ${APART})`;

/** A FROM item: the records that the persons with the ids in the array `ids` come from. */
export const recordsOf = (ids: string): string =>
  `(select r.*, r.id as person from users r where r.id = any(${ids}) and r.person_id is null
    union all select r.*, r.person_id from users r where r.person_id = any(${ids}))`;

/** Whose record it is. */
export const personOf = (recordId: string): string => `coalesce((select r.person_id from users r where r.id = ${recordId}), ${recordId})`;

/** People whose manager is in the rows `n(source_id, names)` of a FROM item. Each name is looked up separately, by its index. */
export const whoReportTo = (named: string): string => `
  select r.id, n.cause from ${named} n cross join lateral unnest(n.names) as name(key)
    cross join lateral (
      select coalesce(r.person_id, r.id) as id from users r where r.source_id = n.source_id and r.manager_ref is not null and ${folded("r.manager_ref")} = name.key ${APART}) r`;

/** The departments `(target, id)` whose managers are in such rows. Each name is looked up separately. */
export const whatIsLedBy = (named: string): string => `
  select p.target, p.department_id as id, n.cause from ${named} n
    cross join lateral (select * from placements p where p.managers_key && n.names ${APART}) p
    cross join lateral (select from groups g where g.id = p.group_id and g.source_id = n.source_id ${APART}) g
   where p.department_id is not null
  union
  select p.target, p.department_id, n.cause from ${named} n
    cross join lateral (select * from person_departments p where p.managers_key && n.names ${APART}) p
    cross join lateral (select from people u where u.id = p.user_id and u.source_id = n.source_id ${APART}) u`;

/** Whether a change concerns what others may name a person by. Which names, the statement finds out. */
export const mayRename = ({ externalId, ...others }: Changes): boolean =>
  externalId !== undefined || Object.values(others).some(({ before, after }) => numberIn(before) !== numberIn(after));

/** Of an extension, whichever its name. */
const numberIn = (value: JsonValue | undefined): JsonValue | undefined =>
  // Lists are narrowed out by hand: the library's own check does not know of those that cannot be changed.
  typeof value === "object" && value !== null && "employeeNumber" in value ? value.employeeNumber : undefined;

/** What a person `u` is called, best first: for `coalesce`. */
export const NAMES_OF_PERSON = "u.document->>'displayName', u.user_name";

/** Whether an entity state is due or waiting without a scheduled run. */
export const isLost = (state: string): string =>
  `${state}.state in ('due', 'waiting') and ${state}.next_at is null and ${state}.lease is null`;

/** Of a row of entity_states with its person `u`, group `g`, department `d`, link `l`: what it is called. Of what the directory no longer has, the name it has at the target, or had there when the loop removed it (`r`, a row of removed_people). */
export const NAME_OF_ENTITY = `coalesce(${NAMES_OF_PERSON}, g.display_name, d.name, l.attributes->>'name', r.attributes->>'name')`;
