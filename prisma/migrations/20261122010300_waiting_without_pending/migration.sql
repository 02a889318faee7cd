-- Without a list of pending entries, which the end of every run would have to read through.
alter index entity_states_waiting set (fastupdate = off);
