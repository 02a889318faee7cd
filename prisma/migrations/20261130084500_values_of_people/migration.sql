-- Values of people, groups and departments in the history are encrypted under a key of their own. A key that is destroyed takes the values with
-- it, and leaves the event and everything that proves it.
create table subject_keys (
  subject uuid primary key,
  kind text not null,
  -- What the public log calls the subject. It leads to nobody once the directory has forgotten the subject.
  ref uuid not null default gen_random_uuid(),
  -- Under the key-encryption key, which is in a file (ENCRYPTION_KEY_FILE). Null: destroyed.
  wrapped bytea,
  made_at timestamptz(3) not null default now(),
  destroyed_at timestamptz(3),
  check ((wrapped is null) = (destroyed_at is not null))
);

-- Which key-encryption key the keys are wrapped under: a process with another one must not start.
create table encryption_key (
  single boolean primary key default true check (single),
  id text not null,
  since timestamptz(3) not null default now()
);

-- `attributes`: names of what changed. `members`: who joined and left a group, by id, which only the statement knows. `sealed`: nonce, ciphertext and tag of
-- the values. `changes` holds those of events from before, until they are encrypted too.
alter table history add column attributes text[], add column members json, add column sealed bytea;
