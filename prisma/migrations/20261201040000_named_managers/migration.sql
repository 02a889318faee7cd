-- Whom the mapping names as a person's manager, where it does not take the manager of the record.
alter table entity_states add column manager_key text;
