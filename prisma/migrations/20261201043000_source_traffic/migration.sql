-- SCIM requests of each source in ten minutes, and how many were refused (4xx, but not 404) or failed (5xx). Kept for eight days. A source is never deleted.
create table source_traffic (
  source_id uuid not null,
  at timestamptz(3) not null,
  requests bigint not null,
  refused bigint not null,
  failed bigint not null,
  primary key (source_id, at)
);
