-- Sources: one per SCIM client. Each has its own resources, its own externalId space and its own tokens.
create table sources (
  id uuid primary key,
  name text not null unique,
  kind text not null default 'entra',
  created_at timestamptz(3) not null default now()
);

create table tokens (
  id text primary key,
  source_id uuid not null references sources (id),
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);

-- Keys that sign our own OAuth access tokens.
create table signing_keys (
  id text primary key,
  private_jwk jsonb not null,
  created_at timestamptz(3) not null default now()
);

-- Desired state. `document` is the finished resource as it is answered, without id, groups, members and meta;
-- the typed columns are what uniqueness and the hot filters need. `…_key` columns hold the folded form.
create table users (
  id uuid primary key,
  source_id uuid not null references sources (id),
  version bigint not null default 1,
  active boolean not null,
  user_name text not null,
  user_name_key text collate "C" not null,
  display_name_key text collate "C",
  external_id text collate "C",
  employee_number_key text collate "C",
  manager_ref text collate "C",
  email_keys text[] not null default '{}',
  document json not null,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null
);
create unique index users_user_name_key on users (source_id, user_name_key);
create unique index users_external_id_key on users (source_id, external_id);
create index users_source_order on users (source_id, id) include (active);
create index users_display_name on users (source_id, display_name_key, id);
-- Without a list of pending entries, which every look-up would have to read through.
create index users_email on users using gin (email_keys) with (fastupdate = off);
create index users_employee_number on users (source_id, employee_number_key);
create index users_manager on users (source_id, manager_ref) where manager_ref is not null;
create index users_modified on users (source_id, modified_at, id);
create index users_inactive on users (source_id, id) where not active;

create table groups (
  id uuid primary key,
  source_id uuid not null references sources (id),
  version bigint not null default 1,
  display_name text not null,
  display_name_key text collate "C" not null,
  external_id text collate "C",
  document json not null,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null
);
create unique index groups_display_name_key on groups (source_id, display_name_key);
create unique index groups_external_id_key on groups (source_id, external_id);
create index groups_source_order on groups (source_id, id);
create index groups_modified on groups (source_id, modified_at, id);
-- Groups by the parent they name.
create index groups_parent on groups (source_id, lower(document#>>'{urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group,parent}'))
  where document#>>'{urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group,parent}' is not null;

-- A plan made for any source must not take there to be one source only, as the statistics say while one is far larger than the others: it would walk
-- the primary key past all of that one's rows to list a small one.
alter table users alter column source_id set (n_distinct = 100);
alter table groups alter column source_id set (n_distinct = 100);

-- How many resources a source has, exact in every snapshot, so that lists need not count rows. The number is spread over slots that are added up:
-- a writer holds the slot of its connection until it commits, and others seldom have to wait for the same one.
-- `removed` counts the resources that went: where it stands still, no page of a list has moved forward.
create table resource_counts (
  source_id uuid not null,
  kind text not null,
  slot smallint not null,
  count bigint not null,
  removed bigint not null,
  primary key (source_id, kind, slot)
) with (fillfactor = 50);

create function count_resources() returns trigger language plpgsql as $$
begin
  insert into resource_counts as c (source_id, kind, slot, count, removed)
  select source_id, tg_argv[0], pg_backend_pid() % 64,
         case tg_op when 'INSERT' then count(*) else -count(*) end, case tg_op when 'INSERT' then 0 else count(*) end
    from changed group by source_id
  on conflict (source_id, kind, slot) do update set count = c.count + excluded.count, removed = c.removed + excluded.removed;
  return null;
end
$$;
create trigger users_counted after insert on users referencing new table as changed
  for each statement execute function count_resources('User');
create trigger users_uncounted after delete on users referencing old table as changed
  for each statement execute function count_resources('User');
create trigger groups_counted after insert on groups referencing new table as changed
  for each statement execute function count_resources('Group');
create trigger groups_uncounted after delete on groups referencing old table as changed
  for each statement execute function count_resources('Group');

-- Membership is rows: adding a member touches one row, never the group's list.
create table group_members (
  group_id uuid not null references groups (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  primary key (group_id, user_id)
);
create index group_members_user on group_members (user_id, group_id);

create table group_children (
  group_id uuid not null references groups (id) on delete cascade,
  child_id uuid not null references groups (id) on delete cascade,
  primary key (group_id, child_id),
  check (group_id <> child_id)
);
create index group_children_child on group_children (child_id, group_id);

-- Every group that contains a group through nesting; kept by those writes that change nesting, so that reads need no recursion.
create table group_ancestors (
  group_id uuid not null references groups (id) on delete cascade,
  ancestor_id uuid not null references groups (id) on delete cascade,
  primary key (group_id, ancestor_id)
);
create index group_ancestors_ancestor on group_ancestors (ancestor_id, group_id);

-- One row per (target, entity): what is known about its way to the target. Jobs only wake a worker; this table is the truth.
create table entity_states (
  target text not null,
  kind text not null,
  entity_id uuid not null,
  state text not null check (state in ('inSync', 'due', 'waiting', 'held', 'parked')),
  reason text,
  remedy text,
  priority smallint not null default 2,
  attempts integer not null default 0,
  next_at timestamptz(3),
  due_since timestamptz(3),
  settled_at timestamptz(3),
  latency_ms integer,
  desired_generation bigint not null default 1,
  observed_generation bigint not null default 0,
  causes uuid[] not null default '{}',
  waiting_on uuid[],
  lease uuid,
  leased_until timestamptz(3),
  -- The intent of this lease's run, while its outcome is not known.
  intent uuid,
  worker integer,
  last_answer text,
  notes json,
  primary key (target, kind, entity_id)
);
create index entity_states_next on entity_states (target, priority, next_at) where next_at is not null;
create index entity_states_waiting on entity_states using gin (waiting_on) where waiting_on is not null;
create index entity_states_open on entity_states (target, state) where state <> 'inSync';

-- Ownership, and the memory of a duty: what we made or took over at the target, and what we last saw of it.
create table links (
  target text not null,
  kind text not null,
  entity_id uuid not null,
  remote_id text,
  status text not null check (status in ('intended', 'owned')),
  presence text,
  attributes json,
  containers text[] not null default '{}',
  observed_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  primary key (target, kind, entity_id)
);
create unique index links_remote on links (remote_id, kind, target);
create index links_containers on links using gin (containers);
-- Who has this person as manager at the target: they must be told when the manager leaves.
-- Neither this index nor links_remote begins like the primary key: while the table is small they would look as good for finding one link by it.
create index links_manager on links ((attributes->>'manager'), target) where kind = 'user';

-- The desired department tree of a target, derived from groups and attributes by the mapping.
create table departments (
  id uuid primary key,
  target text not null,
  parent_id uuid references departments (id),
  name text not null,
  path_key text[] not null,
  settings json not null default '{}',
  external boolean not null default false,
  present boolean not null default true
);
create unique index departments_path on departments (target, path_key) where present;
create index departments_parent on departments (parent_id);

-- What the mapping makes of a group: a department, a role or nothing.
create table placements (
  target text not null,
  group_id uuid not null,
  kind text not null check (kind in ('department', 'role', 'none')),
  department_id uuid references departments (id),
  name text,
  reason text,
  primary key (target, group_id)
);
create index placements_department on placements (department_id);

-- Departments a person belongs to by attributes rather than by groups.
create table person_departments (
  target text not null,
  user_id uuid not null,
  department_id uuid not null references departments (id),
  main boolean not null default false,
  primary key (target, user_id, department_id)
);
create index person_departments_department on person_departments (department_id);

create table target_states (
  target text primary key,
  organisation text,
  mapping_version text,
  mode text,
  paused_until timestamptz(3),
  pause_reason text,
  swept_at timestamptz(3)
);

-- One bucket per (target, API): the next moment a call may leave, shared by every process.
create table rate_limits (
  target text not null,
  api text not null,
  free_at timestamptz not null default now(),
  blocked_until timestamptz not null default '-infinity',
  reason text,
  calls bigint not null default 0,
  primary key (target, api)
);

create table shared_tokens (
  name text primary key,
  value text not null,
  expires_at timestamptz(3) not null
);

-- What happened. Rows are only ever added.
create table history (
  id uuid primary key,
  at timestamptz(3) not null,
  code text not null,
  actor text not null,
  source_id uuid,
  request_id uuid,
  causes uuid[] not null default '{}',
  subject_kind text,
  subject uuid,
  target text,
  attempt integer,
  outcome text,
  changes json,
  detail json
);
create index history_subject on history (subject, id);
create index history_request on history (request_id) where request_id is not null;
create index history_causes on history using gin (causes) where causes <> '{}';

create function history_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'history is append-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger history_append_only before update or delete or truncate on history
  for each statement execute function history_is_append_only();
