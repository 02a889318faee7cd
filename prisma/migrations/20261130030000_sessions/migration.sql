-- Who is signed in to the dashboard. The cookie's secret is stored as its SHA-256.
create table sessions (
  id uuid primary key,
  secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
  actor text not null,
  -- The token it was opened with: the session ends with it. Of a one-time link there is none.
  token_id text,
  source_id uuid not null references sources (id),
  role text,
  name text not null,
  scopes text[] not null,
  opened_at timestamptz(3) not null,
  used_at timestamptz(3) not null,
  expires_at timestamptz(3) not null
);
create index sessions_expires_at_idx on sessions (expires_at);

-- One-time links for signing in, made on the machine itself. A link goes when it is used.
create table login_links (
  id uuid primary key,
  secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
  role text not null,
  made_by text not null,
  expires_at timestamptz(3) not null
);
