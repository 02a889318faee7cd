/** Whether the record `u` makes a person with no other, and no other source has left: also where its dates gave it a row in `persons`. */
export const isAlone = (u: string): string =>
  `(${u}.person_id is null or ${u}.person_id = ${u}.id and not exists (select from users o where o.person_id = ${u}.id and o.id <> ${u}.id)
     and not exists (select from persons q where q.id = ${u}.id and cardinality(q.left_sources) > 0))`;
