import { fold } from "../core/fold.ts";

/*
 * Whom a reference to a person means (clients.md section 3), said once in both directions: from the reference to the person, and from a person to those
 * who may mean them. A reference is our id, else an externalId, else an employee number of the same source; an employee number is compared without
 * letter case, and an externalId with it.
 */

const URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/** A text as references are compared; the same as `fold` for all that employee numbers are made of. */
export const folded = (text: string): string => `lower(normalize(${text}, nfkc))`;

/** The same for a list that a column holds beside the names as they were given. */
export const foldedNames = (names: readonly string[] | null): readonly string[] | null => (names === null ? null : names.map(fold));

/**
 * The person a reference means, as one row `(id, active, several)` or none. A record that is not active is passed over where an active one has the same
 * externalId or employee number: it is an earlier record of the same person, or its number was given away. `several`: more than one active record has it.
 */
export const meant = (sourceId: string, ref: string): string => `
  select c.id, c.active, c.way > 0 and c.active and count(*) over (partition by c.way, c.active) > 1 as several
    from (select x.id, x.active, 0 as way from users x
           where x.source_id = ${sourceId} and x.id = case when ${ref} ~* '${UUID}' then ${ref}::uuid end
          union all
          select x.id, x.active, 1 from users x where x.source_id = ${sourceId} and x.external_id = ${ref}
          union all
          select x.id, x.active, 2 from users x where x.source_id = ${sourceId} and x.employee_number_key = ${folded(ref)}) c
   order by c.way = 0 desc, c.active desc, c.way, c.id limit 1`;

/**
 * Every folded text that may mean the person `m` of the directory. It may be too many, as an externalId is compared with letter case when it is resolved:
 * who is looked at for nothing finds nothing to do.
 */
export const namesOf = (m: string): string => `array_remove(array[${m}.id::text, ${folded(`${m}.external_id`)},
      ${folded(`${m}.document#>>'{${URN},employeeNumber}'`)}], null)`;
