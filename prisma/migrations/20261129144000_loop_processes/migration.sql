-- One row for each process that runs the loop: what it works by, and whether it rests alone. Rows that are not renewed are of processes that have gone.
create table loop_processes (
  id uuid primary key,
  target text not null,
  mode text not null,
  mapping_version text not null,
  -- A digest of the credentials and addresses: whether another process works with the same.
  settings text not null,
  state text not null check (state in ('checking', 'working', 'resting')),
  problems json,
  started_at timestamptz(3) not null default now(),
  seen_at timestamptz(3) not null default now()
);

-- Why the target rests, by the stable name of the reason, and when somebody last looked whether the cause is gone.
alter table target_states add column pause_code text;
alter table target_states add column checked_at timestamptz(3);
