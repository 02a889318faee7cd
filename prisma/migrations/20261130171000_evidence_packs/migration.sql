-- Evidence packs, which one process makes and every process gives out.
create table evidence_packs (
  id uuid primary key,
  -- The period that was asked for, and how the sample is drawn.
  period_from timestamptz(3) not null,
  period_to timestamptz(3) not null,
  sample integer not null,
  seed integer not null,
  ordered_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null default now() + interval '30 days',
  -- The last sign of life of the process that makes it.
  seen_at timestamptz(3) not null default now(),
  state text not null default 'making' check (state in ('making', 'made', 'failed')),
  made_at timestamptz(3),
  bytes bigint,
  pieces integer
);

-- Its bytes, which are packed already.
create table evidence_pieces (
  pack_id uuid not null references evidence_packs (id) on delete cascade,
  place integer not null,
  content bytea not null,
  primary key (pack_id, place)
);
alter table evidence_pieces alter column content set storage external;
