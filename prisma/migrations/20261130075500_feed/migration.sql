-- The feed of events to other systems (docs/feed.md). Numbers are given to events of the history after their commit, by one process at a time, so that no consumer
-- that reads on from a number misses an event that was committed late. There is no row here while no feed is set.
create table feed_order (
  single boolean primary key default true check (single),
  last bigint not null default 0,
  began_at timestamptz(3) not null default now(),
  -- Up to where events were looked for, and looked for a second time.
  ordered_at timestamptz(3) not null default now(),
  swept_at timestamptz(3) not null default now()
);

create table feed_positions (
  position bigint primary key,
  event_id uuid not null unique
);

-- How far each consumer is, and who sends to it just now.
create table feed_cursors (
  consumer text primary key,
  position bigint not null,
  -- Of consumers that fetch: what they have acknowledged beyond the position.
  acknowledged uuid[] not null default '{}',
  lease uuid,
  leased_until timestamptz(3),
  attempts integer not null default 0,
  next_at timestamptz(3),
  -- Why the last try failed, as a code.
  error text,
  moved_at timestamptz(3)
);
