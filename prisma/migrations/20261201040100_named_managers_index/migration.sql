drop index concurrently if exists entity_states_manager;
create index concurrently entity_states_manager on entity_states (manager_key) where manager_key is not null;
