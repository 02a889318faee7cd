-- An invitation of which the target said that the person has to agree: when and by which value they were invited. Until they do they are not there, and
-- a second invitation would tell them nothing new.
alter table links add column invitation json;

-- Times whose events a restore of an older database lost: what was made at the target in one of them under an id of ours is ours.
create table lost_periods (
  target text not null,
  since timestamptz(3) not null,
  until timestamptz(3) not null,
  noticed_at timestamptz(3) not null default now(),
  primary key (target, since)
);

-- What at the target somebody is parked for. All with one cause need one try: when it helps, the others are looked at as well.
alter table entity_states add column cause text;
create index entity_states_cause on entity_states (target, cause) where cause is not null;
