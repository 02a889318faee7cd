-- The entities that came into step last, for the percentiles of the status: read from the newest back, and only so many of them. What is claimed, begun or
-- due again has no entry of its own, so only the end of a run writes here.
create index entity_states_settled on entity_states (target, settled_at) include (latency_ms) where state = 'inSync' and latency_ms is not null;
