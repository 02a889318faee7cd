-- One row for each cause that needs somebody, however many people it concerns.
create table incidents (
  id uuid primary key,
  target text not null,
  -- What the cause is known by while it lasts.
  key text not null,
  kind text not null,
  code text not null,
  class text not null check (class in ('A', 'B')),
  count bigint not null,
  -- Codes, counts and names of sources; nothing of people.
  detail json not null default '{}',
  opened_at timestamptz(3) not null,
  acknowledged_at timestamptz(3),
  acknowledged_by text,
  closed_at timestamptz(3),
  reminders integer not null default 0,
  remind_at timestamptz(3) not null
);
create unique index incidents_open on incidents (target, key) where closed_at is null;
create index incidents_newest on incidents (target, opened_at, id);

-- One row for each message to one channel, made in the transaction that opens, reminds of or closes the incident. Its id is the same however often it is sent.
create table incident_deliveries (
  id uuid primary key,
  incident_id uuid not null references incidents (id) on delete cascade,
  channel text not null,
  message text not null check (message in ('opened', 'reminder', 'closed', 'test')),
  state text not null check (state in ('due', 'sent', 'failed')),
  attempts integer not null default 0,
  created_at timestamptz(3) not null,
  next_at timestamptz(3) not null,
  attempted_at timestamptz(3),
  sent_at timestamptz(3),
  -- Why the last try failed, as a code.
  error text
);
create index incident_deliveries_due on incident_deliveries (channel, next_at) where state = 'due';
create index incident_deliveries_incident on incident_deliveries (incident_id, created_at, id);
create index incident_deliveries_attempted on incident_deliveries (channel, attempted_at);

-- Whose turn it is to look, and what the last look has to hand on to the next.
create table alert_watches (
  target text primary key,
  looked_at timestamptz(3) not null default '-infinity',
  memory json not null default '{}'
);

-- What happens once and is no state of anything: refused credentials, a one-time link that was used.
create table alert_signals (
  target text not null,
  code text not null,
  key text not null,
  source_id uuid,
  count bigint not null,
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  primary key (target, code, key)
);
create index alert_signals_last on alert_signals (target, last_at);
