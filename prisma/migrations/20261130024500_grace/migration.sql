-- Of a leaver who is still there: when they were switched off or parked, and when they are to be removed.
alter table links add column grace_since timestamptz(3);
alter table links add column grace_until timestamptz(3);
-- The limits of the policy have counted the leaver when the grace began.
alter table links add column grace_counted boolean not null default false;
-- It was over once, and is not told again.
alter table links add column grace_ended boolean not null default false;
create index links_grace on links (target, grace_until) where grace_until is not null;
