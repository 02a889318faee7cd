/**
 * SQL for the state of a person. An invited person counts as parked: nobody must wait for the person to
 * accept.
 */
export const stateOfPerson = (id: string): string => `(select case when exists (
    select 1 from links i where i.target = $1 and i.kind = 'user' and i.entity_id = ${id} and i.invitation is not null) then 'parked' else s.state end
  from entity_states s where s.target = $1 and s.kind = 'user' and s.entity_id = ${id})`;
