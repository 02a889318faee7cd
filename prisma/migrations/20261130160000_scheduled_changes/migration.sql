-- What a record says of a day to come. While a record has one that is `scheduled`, its person has a row in `persons`: what counts there is worked out anew
-- when the day has come.
create table scheduled_changes (
  id uuid primary key,
  -- The record of `users` that says so.
  resource uuid not null references users (id) on delete cascade,
  source_id uuid not null,
  kind text not null check (kind in ('hire', 'leave', 'change')),
  day date not null,
  zone text not null,
  -- The moment of that day in that zone.
  due_at timestamptz(3) not null,
  -- Old and new value by attribute.
  patch json not null,
  received_at timestamptz(3) not null,
  state text not null default 'scheduled' check (state in ('scheduled', 'applied', 'rescinded')),
  settled_at timestamptz(3),
  -- The event that said so last.
  event_id uuid not null
);
create index scheduled_changes_due on scheduled_changes (due_at) where state = 'scheduled';
create index scheduled_changes_resource on scheduled_changes (resource);

-- The rules by which dates were read last, of which there is one row.
create table schedule_rules (
  single boolean primary key default true check (single),
  version text not null
);
