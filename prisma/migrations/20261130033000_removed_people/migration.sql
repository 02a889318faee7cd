-- Of people whom the loop removes: what the target held of them, for 30 days, to put them back.
create table removed_people (
  target text not null,
  entity_id uuid not null,
  remote_id text not null,
  -- Null once they have been put back.
  attributes json,
  -- The limits of the policy have counted this removal.
  counted boolean not null,
  -- Somebody asked for it: the next run puts back what the directory does not say.
  restoring boolean not null default false,
  at timestamptz(3) not null default now(),
  primary key (target, entity_id)
);
create index removed_people_at on removed_people (target, at);
