-- For database users who may add to the history and do nothing else with it (docs/deploy.md, `dingtalk-scim database roles`): what has to be forgotten goes through
-- these functions, which act as the owner of the tables. The trigger of the table decides as before what may be forgotten.

create function history_forget_values(events uuid[]) returns integer
language sql security definer set search_path = public, pg_temp as $$
  with forgotten as (
    update history h set changes = null, sealed = null,
      attributes = case when h.changes is null then h.attributes else array(select json_object_keys(h.changes)) end
      where h.id = any(events) and (h.changes is not null or h.sealed is not null) returning 1)
  select count(*)::int from forgotten
$$;

create function history_forget_events(events uuid[]) returns setof uuid
language sql security definer set search_path = public, pg_temp as $$
  delete from history h where h.id = any(events) returning h.id
$$;

-- Values of events from before, put under the keys of their subjects: [{"id", "members", "sealed"}].
create function history_encrypt_values(given json) returns void
language sql security definer set search_path = public, pg_temp as $$
  update history h set changes = null, attributes = array(select json_object_keys(h.changes)), members = w.members, sealed = w.sealed
    from json_to_recordset(given) as w(id uuid, members json, sealed bytea) where h.id = w.id and h.changes is not null
$$;

revoke all on function history_forget_values(uuid[]) from public;
revoke all on function history_forget_events(uuid[]) from public;
revoke all on function history_encrypt_values(json) from public;

-- What was committed to stays: a tile only grows, by hashes behind those that it has.
create function history_tiles_only_grow() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.level = old.level and new.index = old.index and octet_length(new.hashes) <= 256 * 32
      and substring(new.hashes from 1 for octet_length(old.hashes)) = old.hashes then
    return new;
  end if;
  raise exception 'tiles of the log only grow' using errcode = 'insufficient_privilege';
end
$$;
create trigger history_tiles_only_grow before update or delete on history_tiles
  for each row execute function history_tiles_only_grow();
create trigger history_tiles_stay before truncate on history_tiles
  for each statement execute function history_tiles_only_grow();
