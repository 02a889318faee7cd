-- The rules about leavers by which something may have been written last, after the versions of the mapping and the policy with which it was stored.
-- The previous version of the program writes those versions and not this column. Then it belongs to other rules and does not count.
alter table target_states add column written_leavers text;
