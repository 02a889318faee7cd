-- Finds what is still to be encrypted; empty when all of it is.
drop index concurrently if exists history_plain;
create index concurrently history_plain on history (id) where changes is not null;
