/** SQL: any data is stored under this id for a person. */
export const IS_KNOWN = `(exists (select from users u where u.id = $1)
  or exists (select from persons p where p.id = $1)
  or exists (select from links l where l.entity_id = $1 and l.kind = 'user')
  or exists (select from entity_states s where s.entity_id = $1 and s.kind = 'user')
  or exists (select from removed_people r where r.entity_id = $1)
  or exists (select from history h where h.subject = $1 and h.subject_kind = 'user'))`;
