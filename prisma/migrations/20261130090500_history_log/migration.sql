-- The history as a transparency log (docs/auditors.md): which event is which entry, the tree over them as tiles, and what was signed.
create table history_log (
  single boolean primary key default true check (single),
  -- HOST/history/ID, for ever.
  origin text not null,
  size bigint not null default 0,
  -- Every event written until then, and not in the log, was looked for.
  looked_at timestamptz(3) not null default now()
);

create table history_log_keys (
  -- A verifier key, as a line of text (C2SP signed-note).
  vkey text primary key,
  since timestamptz(3) not null default now(),
  until timestamptz(3)
);
create unique index history_log_keys_current on history_log_keys ((true)) where until is null;

create table history_leaves (
  index bigint primary key,
  event uuid not null unique,
  entry text not null
);

-- The last tile of a level grows; one of 256 hashes never changes.
create table history_tiles (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  primary key (level, index)
);

create table history_checkpoints (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  size bigint not null,
  note text not null,
  -- When enough witnesses had signed it; where none are asked, at once.
  published_at timestamptz(3)
);
create index history_checkpoints_published on history_checkpoints (id) where published_at is not null;

-- What was committed to is never changed either.
create trigger history_leaves_append_only before update or delete or truncate on history_leaves
  for each statement execute function history_is_append_only();
