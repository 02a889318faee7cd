-- The display name of somebody who signed in by an identity provider, to be shown beside `user:<sub>` in the history.
create table operators (
  actor text primary key,
  name text not null,
  seen_at timestamptz(3) not null
);
