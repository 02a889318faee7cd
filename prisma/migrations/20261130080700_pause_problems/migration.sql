-- What a check of the target found, one by one: rules decide by the codes, and words are made where they are shown.
alter table target_states add column pause_problems json;
