-- A call that nobody answered may still be carried out: when the longest life of a call has passed, what is there is looked at once more.
alter table entity_states add column recheck_at timestamptz(3);
create index entity_states_recheck on entity_states (target, recheck_at) where recheck_at is not null;

-- One intent has one outcome. Outcomes of runs that had been overtaken were recorded beside the one that counts; they have a code of their own now.
create unique index history_one_outcome on history ((causes[1])) where code = 'target.outcome' and outcome <> 'superseded';
