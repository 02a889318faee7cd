-- Who looked at the values of a person: the events that say so, found by the person. One reading may be of many people.
create table personal_reads (
  subject uuid not null,
  event uuid not null,
  primary key (subject, event)
);
