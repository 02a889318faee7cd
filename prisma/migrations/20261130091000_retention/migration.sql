-- How far a walk through the history has come that takes old values away: the last event it has looked at.
create table retention_marks (
  job text primary key,
  event uuid not null
);

create index personal_reads_event on personal_reads (event);
