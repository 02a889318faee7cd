-- A row of `users` is what one source wrote. Several of them can be one person: then `person_id` names the row of `persons` that says what holds, and the row of `users` stays what
-- its source reads. Null: the person is that row alone, exactly as it was sent.
alter table users add column person_id uuid;

create table persons (
  -- That of one of the records, also when the record has gone: links, states and events are under it.
  id uuid primary key,
  -- The source whose record comes first.
  source_id uuid not null,
  version bigint not null default 1,
  active boolean not null,
  user_name text not null,
  user_name_key text not null,
  display_name_key text,
  external_id text,
  employee_number_key text,
  manager_ref text,
  -- In which source the manager is looked for.
  manager_source_id uuid not null,
  email_keys text[] not null default '{}',
  document json not null,
  record_ids uuid[] not null,
  -- Sources that have deleted their record of the person.
  left_sources uuid[] not null default '{}',
  -- The rules by which this was worked out.
  rules text,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null
);

-- Everybody once, under the id that targets know.
create view people as
  select id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref,
      source_id as manager_source_id, email_keys, document, array[id] as record_ids, created_at, modified_at
    from users where person_id is null
  union all
  select id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref,
      manager_source_id, email_keys, document, record_ids, created_at, modified_at
    from persons;
