-- Counters of the loop, added up by every process every few seconds (src/store/status/meters.ts). Updated in place, so there is room in each page.
create table meters (
  target text not null,
  name text not null,
  labels text not null,
  value double precision not null default 0,
  primary key (target, name, labels)
) with (fillfactor = 50);

-- When a client of this source last sent a SCIM request, as far as processes have told.
alter table sources add column last_request_at timestamptz(3);
