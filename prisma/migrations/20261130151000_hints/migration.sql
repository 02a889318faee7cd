-- What a target said by itself of changes, without any value: a reason to look (docs/dingtalk.md, "What is heard").
create table hints (
  target text not null,
  -- The target's own id of the event, which comes again with it.
  event_id text not null,
  kind text not null check (kind in ('user', 'department')),
  remote_id text not null,
  type text not null,
  received_at timestamptz(3) not null default now(),
  -- Null: nobody has decided yet.
  outcome text check (outcome in ('echo', 'stranger', 'look')),
  entity_id uuid,
  -- The event in the history that made somebody look.
  look uuid,
  primary key (target, event_id, kind, remote_id)
);
create index hints_open on hints (target, received_at) where outcome is null;
create index hints_entity on hints (entity_id, received_at) where entity_id is not null;
create index hints_age on hints (received_at);

-- How the connection of a target is over which it speaks. Shown by the one process that listens.
create table listening (
  target text primary key,
  state text not null check (state in ('connecting', 'listening', 'disconnected')),
  since timestamptz(3) not null,
  failures int not null default 0,
  ended_by text,
  reason text,
  heard_at timestamptz(3),
  event_at timestamptz(3),
  seen_at timestamptz(3) not null default now()
);

-- At the end of each comparison: differences that hints had led to since the one before, and differences that no hint had told of.
create table hint_figures (
  target text not null,
  at timestamptz(3) not null default now(),
  heard int not null,
  missed int not null,
  primary key (target, at)
);
