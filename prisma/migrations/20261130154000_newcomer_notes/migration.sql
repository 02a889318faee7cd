-- Who came into a target, and whether their manager was told: once for each person, while NEWCOMER_NOTE_AGENT_ID is set. Holds no value of anybody.
create table newcomer_notes (
  target text not null,
  entity_id uuid not null,
  -- The outcome of the create.
  outcome uuid not null,
  came_at timestamptz(3) not null,
  state text not null default 'due' check (state in ('due', 'told', 'nobody', 'failed')),
  attempts int not null default 0,
  next_at timestamptz(3) not null,
  primary key (target, entity_id)
);
create index newcomer_notes_due on newcomer_notes (target, next_at) where state = 'due';
create index newcomer_notes_age on newcomer_notes (came_at);
