-- Whether the person belongs to another organisation: a department with such a person in it is external, whatever others say of it.
alter table person_departments add column external boolean not null default false;
