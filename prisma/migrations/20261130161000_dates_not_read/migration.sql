-- For how many people the dates could not be read by the rules in force, and since when; none: all were.
alter table schedule_rules add column failed integer not null default 0, add column failed_since timestamptz(3);
