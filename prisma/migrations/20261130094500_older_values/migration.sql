-- One more case in which a row of the history may change, beside those of the migration erasures: values of an event from before are put under the key of
-- its subject, as long as no entry of the log commits to the event. Everything else of it stays.
create or replace function history_forgets_by_rule() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.at < now() - interval '365 days' or (old.at < now() - interval '30 days' and
        old.code in ('personal.read', 'access.refused', 'session.opened', 'session.closed')) then
      return old;
    end if;
  elsif new.changes is null and new.sealed is null
      and new.attributes is not distinct from
        (case when old.changes is null then old.attributes else array(select json_object_keys(old.changes)) end)
      and to_jsonb(new) - '{changes,sealed,attributes}'::text[] = to_jsonb(old) - '{changes,sealed,attributes}'::text[]
      and (old.at < now() - interval '30 days' or exists (select from subject_keys k where k.subject = old.subject and k.wrapped is null)) then
    return new;
  elsif old.changes is not null and old.sealed is null and old.members is null
      and new.changes is null and (new.sealed is not null or old.changes::jsonb - 'members' = '{}')
      and new.attributes is not distinct from array(select json_object_keys(old.changes))
      and new.members::jsonb is not distinct from (old.changes->'members')::jsonb
      and to_jsonb(new) - '{changes,sealed,attributes,members}'::text[] = to_jsonb(old) - '{changes,sealed,attributes,members}'::text[]
      and not exists (select from history_leaves l where l.event = old.id) then
    return new;
  end if;
  raise exception 'history is append-only' using errcode = 'insufficient_privilege';
end
$$;
