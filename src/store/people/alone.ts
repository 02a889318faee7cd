/**
 * SQL: the record `u` is the only record of its person, and no other source has deleted a record of the
 * person. It may have a row in `persons` because of its dates.
 */
export const isAlone = (u: string): string =>
  `(${u}.person_id is null or ${u}.person_id = ${u}.id and not exists (select from users o where o.person_id = ${u}.id and o.id <> ${u}.id)
     and not exists (select from persons q where q.id = ${u}.id and cardinality(q.left_sources) > 0))`;
