-- A change whose day has come, and whose values count although the record has said others since: for an earlier day.
alter table scheduled_changes add column standing boolean not null default false;
