-- Whose values were erased on request. A copy is kept beside the database, so that a restore of an older one does not bring them back.
create table erasures (
  subject uuid primary key,
  basis text not null,
  erased_by text not null,
  erased_at timestamptz(3) not null
);

-- Rows of the history are added, and never changed but for two cases. What is forgotten here is forgotten for good; whoever is not allowed gets the same refusal as before.
-- 1. Values may be taken out of an event, never put in or altered: when the key of its subject was destroyed, or when the event is a month old.
--    The names of the attributes stay, and everything else does.
-- 2. Events may be removed that are a year old; those that say who looked or signed in, when they are a month old.
-- How much later it is done is a setting (RETAIN_…); these bounds hold whatever the settings say.
create or replace function history_is_append_only() returns trigger language plpgsql as $$
begin
  -- Other tables with this trigger forget nothing.
  if tg_op = 'TRUNCATE' or tg_table_name <> 'history' then
    raise exception 'history is append-only' using errcode = 'insufficient_privilege';
  end if;
  return null;
end
$$;

create function history_forgets_by_rule() returns trigger language plpgsql as $$
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
  end if;
  raise exception 'history is append-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger history_forgets_by_rule before update or delete on history
  for each row execute function history_forgets_by_rule();
