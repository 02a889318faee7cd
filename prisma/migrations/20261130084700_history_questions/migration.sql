-- Questions of auditors on a million events, each along an index: by who acted, by what happened (with the times, for counts by hour), and by which attribute changed. Time needs none of
-- its own: ids begin with it.
drop index concurrently if exists history_actor;
create index concurrently history_actor on history (actor, id);
drop index concurrently if exists history_code;
create index concurrently history_code on history (code, id) include (at);
drop index concurrently if exists history_attributes;
create index concurrently history_attributes on history using gin (attributes) where attributes is not null;
