-- Managers of departments as the directory names them: by id, externalId or employee number. Null says nothing of them.
alter table placements add column managers text[];
alter table person_departments add column managers text[];
create index placements_managers on placements using gin (managers) where managers is not null;
create index person_departments_managers on person_departments using gin (managers) where managers is not null;

-- What a person's attributes say of the department; of several people the first one made is heard.
alter table person_departments add column settings json;
create index person_departments_settings on person_departments (department_id, user_id) where settings is not null;

-- Whether managers were ever named: from then on the list is the directory's own.
alter table departments add column managed boolean not null default false;
