import type { JsonValue } from "../core/entity.ts";
import { fold } from "../core/text/fold.ts";
import type { Changes } from "../history/event.ts";
import { folded } from "./postgres/folded.ts";
import { APART, lookUp } from "./postgres/planner.ts";
import { markDue, PRIORITY } from "./write-sql.ts";

/*
 * References to people (docs/clients.md 3), in both directions: from a reference to the person, and from a
 * person to the people who may refer to it. A reference is our id, or an externalId, or an employee number of
 * the same source, in this order. Employee numbers are compared without regard to case, externalIds with
 * regard to case.
 */

const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/** The folded names, for a column that is stored together with the names as they were sent. */
export const foldedNames = (names: readonly string[] | null): readonly string[] | null =>
  names === null ? null : names.map(fold);

/**
 * SQL for the person of a reference: one row `(id, active, several)` or none. If an active and an inactive
 * record have the same externalId or employee number, the active one counts: the other is an earlier record
 * of the person, or its number was given to somebody else. `several`: more than one active record has it.
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
 * SQL for all folded texts that may refer to the person of the record `m`. It can be too many, because an
 * externalId is later compared with regard to case. That does no harm: a check without a change writes
 * nothing.
 */
export const namesOf = (
  m: string,
): string => `array_remove(array[${m}.id::text, ${folded(`${m}.external_id`)},
      ${m}.employee_number_key], null)`;

/*
 * A person of the view `people` is one record of `users`, or the combined values of several records
 * (docs/sources.md). The view is a union with a condition. The planner uses its keys only if the key is known
 * beforehand, and reads the whole view in a join. So these forms are needed.
 */

/** A FROM item: the person with this id, or none. `when`: a condition on the FROM items before. */
export const personWith = (id: string, when = "true"): string =>
  lookUp("people x", `${when} and x.id = ${id}`);
export const isPerson = (id: string): string => `exists (select from people x where x.id = ${id} ${APART})`;
export const isActivePerson = (id: string): string =>
  `exists (select from people x where x.id = ${id} and x.active ${APART})`;

/** A FROM item: the records of the persons whose ids are in the array `ids`. */
export const recordsOf = (ids: string): string =>
  `(select r.*, r.id as person from users r where r.id = any(${ids}) and r.person_id is null
    union all select r.*, r.person_id from users r where r.person_id = any(${ids}))`;

/** SQL for the id of the person of a record. */
export const personOf = (recordId: string): string =>
  `coalesce((select r.person_id from users r where r.id = ${recordId}), ${recordId})`;

/**
 * SQL for the people whose manager is one of `named`, a FROM item with rows `n(source_id, names, cause)`: by
 * the manager of a record, or by another attribute that the mapping takes. Each name is looked up separately,
 * by an index.
 */
export const whoReportTo = (named: string): string => `
  select r.id, n.cause from ${named} n cross join lateral unnest(n.names) as name(key)
    cross join lateral (
      select coalesce(r.person_id, r.id) as id from users r where r.source_id = n.source_id and r.manager_ref is not null and ${folded("r.manager_ref")} = name.key ${APART}) r
  union all
  select r.id, n.cause from ${named} n cross join lateral unnest(n.names) as name(key)
    cross join lateral (select s.entity_id as id from entity_states s where s.manager_key = name.key ${APART}) r
    cross join lateral (select from people u where u.id = r.id and u.source_id = n.source_id ${APART}) u`;

/** SQL for the departments `(target, id, cause)` with a manager in such rows. */
export const whatIsLedBy = (named: string): string => `
  select p.target, p.department_id as id, n.cause from ${named} n
    cross join lateral (select * from placements p where p.managers_key && n.names ${APART}) p
    cross join lateral (select from groups g where g.id = p.group_id and g.source_id = n.source_id ${APART}) g
   where p.department_id is not null
  union
  select p.target, p.department_id, n.cause from ${named} n
    cross join lateral (select * from person_departments p where p.managers_key && n.names ${APART}) p
    cross join lateral (select from people u where u.id = p.user_id and u.source_id = n.source_id ${APART}) u`;

/** Marks the departments with a manager in such rows, each at its own target. */
export const markWhatIsLedBy = (named: string): string =>
  markDue(
    `(select 'department'::text as kind, led.target, led.id as entity_id, ${PRIORITY.structure}::smallint as priority, array_agg(distinct led.cause) as causes
        from (${whatIsLedBy(named)}) led group by led.target, led.id) m`,
    "array[m.target]",
  );

/**
 * True: a change may concern an externalId or an employee number, by which others refer to the person. The
 * statement finds the exact names.
 */
export const mayRename = ({ externalId, ...others }: Changes): boolean =>
  externalId !== undefined ||
  Object.values(others).some(({ before, after }) => numberIn(before) !== numberIn(after));

/** The employee number in the value of an extension. It ignores the name of the extension. */
const numberIn = (value: JsonValue | undefined): JsonValue | undefined =>
  // `in` excludes lists. Array.isArray does not narrow readonly arrays.
  typeof value === "object" && value !== null && "employeeNumber" in value ? value.employeeNumber : undefined;

/** Names of a person `u` for `coalesce`, the best one first. */
export const NAMES_OF_PERSON = "u.document->>'displayName', u.user_name";

/** SQL: an entity is due or waiting, but no run is scheduled and no worker has it. */
export const isLost = (state: string): string =>
  `${state}.state in ('due', 'waiting') and ${state}.next_at is null and ${state}.lease is null`;

/**
 * SQL for the name of an entity, from its person `u`, group `g`, department `d`, link `l`, and row `r` of
 * removed_people. If the directory has no such entity any more, it is the name at the target, or the name
 * that the entity had there when the loop removed it.
 */
export const NAME_OF_ENTITY = `coalesce(${NAMES_OF_PERSON}, g.display_name, d.name, l.attributes->>'name', r.attributes->>'name')`;
