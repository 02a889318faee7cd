-- A run changes its row when it is claimed, when it begins and when it ends. With room left in the page the first two leave the indexes alone.
alter table entity_states set (fillfactor = 50);
