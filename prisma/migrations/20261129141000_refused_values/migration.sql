-- Values the target refused, by attribute: they are not offered again while nothing has changed.
alter table entity_states add column refused json;
