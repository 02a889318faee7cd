-- Beside the text of the reason: its stable name, the object at the target or of ours it concerns, and what was planned where a mode holds it back.
alter table entity_states add column reason_code text;
alter table entity_states add column holder json;
alter table entity_states add column planned json;

-- For "everything of one cause": only what is not in sync has a reason.
create index entity_states_reason on entity_states (target, reason_code, kind, entity_id) where reason_code is not null;
