-- The records of a person, and all records that belong to one with others.
drop index concurrently if exists users_person;
create index concurrently users_person on users (person_id) where person_id is not null;
