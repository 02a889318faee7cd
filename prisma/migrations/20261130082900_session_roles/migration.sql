-- Somebody signed in by name may have several roles. Sessions last twelve hours at most and came with the same release, so the column goes at once.
alter table sessions add column roles text[] not null default '{}';
update sessions set roles = array[role] where role is not null;
alter table sessions alter column roles drop default, drop column role;
