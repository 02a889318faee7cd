-- Records of several sources that may be one person, and what was decided. Without values: what is equal is named by its attribute.
create table person_joins (
  id uuid primary key,
  -- The record that may be somebody who is there already.
  record_id uuid not null,
  person_id uuid not null,
  -- Attributes that are equal, the one that led here first.
  matched text[] not null,
  state text not null check (state in ('proposed', 'ambiguous', 'joined', 'refused')),
  made_at timestamptz(3) not null default now(),
  decided_at timestamptz(3),
  decided_by text,
  unique (record_id, person_id)
);
create index person_joins_open on person_joins (record_id) where state in ('proposed', 'ambiguous');
create index person_joins_person on person_joins (person_id);
