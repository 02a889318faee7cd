-- Workload identity federation: whose signed assertions are exchanged for access tokens (RFC 7523). Holds no secret. Removed rows stay, since history names them.
create table trusts (
  id uuid primary key,
  source_id uuid not null references sources (id),
  name text not null,
  issuer text not null,
  subject text not null,
  audiences text[] not null,
  tenant_id text not null,
  jwks_url text not null,
  scopes text[] not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  removed_at timestamptz(3)
);

-- Assertions that carry an id and were taken, until they would have ended by themselves: each counts once, whichever process got it.
create table used_assertions (
  digest bytea primary key,
  expires_at timestamptz(3) not null
);
create index used_assertions_expiry on used_assertions (expires_at);
