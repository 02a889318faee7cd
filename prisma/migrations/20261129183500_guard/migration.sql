-- What was removed, emptied or moved away: what the limits of the policy count. One row for each entity and limit; a later act of the same kind renews it.
create table guard_acts (
  target text not null,
  limit_name text not null,
  -- The department or attribute, where the limit counts for each.
  key text not null,
  kind text not null,
  entity_id uuid not null,
  at timestamptz(3) not null default now(),
  -- Since when the entity had been there.
  since timestamptz(3) not null,
  primary key (target, limit_name, key, kind, entity_id)
);
create index guard_acts_at on guard_acts (target, limit_name, key, at);

-- How many were there when the window began, as counted lately: every worker goes by the same number.
create table guard_bases (
  target text not null,
  kind text not null,
  hours double precision not null,
  present bigint not null,
  counted_at timestamptz(3) not null default now(),
  primary key (target, kind, hours)
);

-- What a limit holds back, as one thing to decide about.
create table holds (
  id uuid primary key,
  target text not null,
  limit_name text not null,
  state text not null check (state in ('open', 'approved', 'rejected', 'dissolved', 'expired')),
  hours double precision not null,
  allowed bigint not null,
  present bigint not null,
  passed bigint not null,
  -- The policy that opened it: another one has its members judged anew.
  policy text not null,
  -- Its members stay held until the source speaks of them again.
  denies boolean not null default false,
  -- Of those who agreed, with the digest they agreed to.
  approvals json not null default '[]',
  opened_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  closed_at timestamptz(3)
);
create unique index holds_open on holds (target, limit_name) where state = 'open';
create index holds_newest on holds (target, opened_at, id);
create index holds_ending on holds (target, expires_at) where state in ('open', 'approved');

create table hold_members (
  hold_id uuid not null references holds (id) on delete cascade,
  target text not null,
  kind text not null,
  entity_id uuid not null,
  key text not null,
  action text not null,
  generation bigint not null,
  causes uuid[] not null,
  -- Carried out under the approval.
  done boolean not null default false,
  at timestamptz(3) not null default now(),
  primary key (hold_id, kind, entity_id)
);
create index hold_members_entity on hold_members (target, kind, entity_id);

-- Whether the entity is a member of a hold: only then has the end of a run to look.
alter table entity_states add column in_hold boolean not null default false;
