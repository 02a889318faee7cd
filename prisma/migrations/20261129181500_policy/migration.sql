-- The policy that the target was last worked on with.
alter table target_states add column policy_version text;
