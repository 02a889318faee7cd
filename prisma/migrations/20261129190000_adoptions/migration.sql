-- Somebody or a department that was at the target before: who of ours it may be, and what was decided about it.
create table adoptions (
  id uuid primary key,
  target text not null,
  kind text not null check (kind in ('user', 'department')),
  entity_id uuid not null,
  remote_id text not null,
  tier smallint not null,
  matched text[] not null,
  state text not null check (state in ('proposed', 'ambiguous', 'linked', 'rejected')),
  -- A link that a person has undone: nothing is made instead of it until somebody decides again.
  released boolean not null default false,
  -- Found in a list, and in which one lastly: what a later list does not propose again is withdrawn. Others come of a refusal.
  listed boolean not null default true,
  seen uuid,
  entity_name text,
  remote_name text,
  remote_title text,
  remote_departments text[] not null default '{}',
  made_at timestamptz(3) not null default now(),
  decided_at timestamptz(3),
  decided_by text,
  unique (target, kind, entity_id, remote_id)
);
create index adoptions_page on adoptions (target, state, id);
create index adoptions_remote on adoptions (target, kind, remote_id);

-- Of a link: it was there before us; nothing was changed since it was linked; of a department, that people or departments are inside which are not ours.
alter table links add column adopted boolean not null default false;
alter table links add column fresh boolean not null default false;
alter table links add column strangers boolean not null default false;

-- The last look at both sides.
create table assessments (
  target text primary key,
  state text not null check (state in ('running', 'done', 'failed')),
  asked_at timestamptz(3) not null default now(),
  ended_at timestamptz(3),
  reason text,
  report json
);
