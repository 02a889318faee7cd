-- The rules by which something may have been written last: others are weighed against them before their first write.
alter table target_states add column written_mapping text;
alter table target_states add column written_policy text;
-- The limits of that policy.
alter table target_states add column written_limits json;
-- Whether all whom the rules in force concern have been marked.
alter table target_states add column marked boolean not null default true;
update target_states set written_mapping = mapping_version, written_policy = policy_version where mode is distinct from 'observe' and mapping_version is not null;

-- What a hold tells beside its figures; of new rules, which ones.
alter table holds add column mapping text;
alter table holds add column detail json;

alter table loop_processes add column policy_version text;
