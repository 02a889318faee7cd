-- Somebody waits for it: set by the end of the run that begins to wait, taken back by the end of the run that looks for who waits.
alter table entity_states add column awaited boolean not null default false;
