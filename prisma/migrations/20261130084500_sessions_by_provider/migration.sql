-- Sign-in by an identity provider: when somebody last proved who they are, when the provider was last asked for their roles and when somebody last tried to ask,
-- and the refresh token it is asked with, encrypted with the secret of the session's cookie, which is stored nowhere.
alter table sessions
  add column authenticated_at timestamptz(3),
  add column checked_at timestamptz(3),
  add column tried_at timestamptz(3),
  add column sealed_refresh bytea;
update sessions set authenticated_at = opened_at;
