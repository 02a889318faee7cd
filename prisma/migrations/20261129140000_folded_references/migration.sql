-- A reference by employee number is compared without letter case, when it is resolved and when those who made it are looked for.
create index users_manager_folded on users (source_id, lower(normalize(manager_ref, nfkc))) where manager_ref is not null;

alter table placements add column managers_key text[];
alter table person_departments add column managers_key text[];
update placements set managers_key = array(select lower(normalize(m, nfkc)) from unnest(managers) m) where managers is not null;
update person_departments set managers_key = array(select lower(normalize(m, nfkc)) from unnest(managers) m) where managers is not null;
drop index placements_managers;
drop index person_departments_managers;
create index placements_managers on placements using gin (managers_key) with (fastupdate = off) where managers_key is not null;
create index person_departments_managers on person_departments using gin (managers_key) with (fastupdate = off) where managers_key is not null;
